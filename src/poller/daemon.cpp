#include "poller/daemon.hpp"

#include "httpd/listening_sockets.hpp"
#include "poller/access.hpp"
#include "poller/serve.hpp"
#include "program/descriptor_limit.hpp"
#include "program/listen_address.hpp"

#include "program/printable.hpp"
#include "program/report.hpp"

#include <roomport/hathora/room_id.hpp>
#include <roomport/http/pool.hpp>
#include <roomport/version.hpp>

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <new>
#include <string>
#include <utility>

namespace roomport::poller {

namespace asio = boost::asio;
using asio::ip::tcp;

daemon::daemon(const configuration& given, client_options client, wait_options waits,
               standard_streams& streams)
    : given_(given), client_tls_(client.pool.tls), streams_(streams),
      log_(streams, given.log.level), signals_(context_, SIGTERM, SIGINT, SIGHUP),
      watchdog_timer_(context_), input_timer_(context_), end_timer_(context_),
      endpoints_(find_listen_addresses(context_, given.listen)),
      rooms_(context_, std::move(client), std::move(waits), given.rooms.max_rooms, log_, metrics_,
             [this](std::string_view line) {
                 streams_.write_line(standard_streams::target::output, line);
             }),
      front_(rooms_, metrics_, log_, [this] { return snapshot(); }) {
    const auto descriptors = program::raise_descriptor_limit();
    server_ = std::make_unique<httpd::server>(
        context_, server_options_for(descriptors),
        [this](httpd::request received, std::shared_ptr<httpd::responder> responder) {
            front_.handle(std::move(received), std::move(responder));
        });
    front_.require_token(read_token(given_.listen));
}

httpd::server_options daemon::server_options_for(std::size_t descriptors) {
    httpd::server_options options;
    options.limits.head = std::size_t{16} << 10U;
    options.limits.body = std::size_t{16} << 10U;
    options.tls = read_certificate(given_.listen);
    options.request_timeout = given_.listen.request_timeout;
    options.write_timeout = given_.listen.request_timeout;
    options.idle_timeout = given_.listen.idle_timeout;
    options.refuse = [this](int status, std::string_view why) {
        return front_.refuse(status, why);
    };
    options.on_accept_failure = [this](error_code ec) {
        log_.error("accept_failed", json::object_writer().member("why", program::reason_of(ec)));
    };
    // The standard streams, the event loop, look-ups of names and a listening socket need some, too.
    const std::size_t own = given_.client.max_connections + 32;
    const std::size_t left = std::max<std::size_t>(descriptors, own + 8) - own;
    options.bounds.connections_per_address = given_.listen.max_connections_per_address;
    options.bounds.holds = given_.listen.max_holds;
    options.bounds.input_bytes = given_.listen.max_input_bytes;
    options.bounds.output_bytes = given_.listen.max_output_bytes;
    options.bounds.connections = std::min(given_.listen.max_connections, left);
    if (options.bounds.connections < given_.listen.max_connections) {
        log_.warning("max_connections_lowered",
                     json::object_writer()
                         .member("from", given_.listen.max_connections)
                         .member("to", options.bounds.connections)
                         .member("why", "only " + std::to_string(descriptors) +
                                            " descriptors may be open; allow more (LimitNOFILE)"));
    }
    return options;
}

void daemon::run() {
    wait_for_signal();
    listen();
    if (given_.rooms.from_standard_input) {
        read_input();
    }
    keep_alive();
    run_context();
    log_.info("stopped");
}

void daemon::run_context() {
    while (true) {
        try {
            context_.run();
            return;
        } catch (const std::bad_alloc&) {
            // What asked for the memory has been undone; everything else goes on.
            log_.error("out_of_memory");
        }
    }
}

void daemon::listen() {
    tcp::endpoint bound;
    try {
        bound = server_->listen(endpoints_).front();
    } catch (const httpd::listen_failure& failure) {
        throw configuration_error("listen.address: can't listen on " +
                                  program::to_host_and_port(failure.where) + ": " +
                                  failure.code().message() + "; choose another address or port");
    }
    const auto url = to_url(bound, given_.listen.tls_certificate.has_value());
    log_.info("listening", json::object_writer()
                               .member("url", url)
                               .member("version", ROOMPORT_VERSION_STRING)
                               .member("tokenRequired", given_.listen.token_file.has_value()));
    manager_.ready("listening on " + url);
}

void daemon::wait_for_signal() {
    signals_.async_wait(asio::bind_allocator(httpd::handler_allocator<>(signal_memory_),
                                             [this](error_code ec, int number) {
                                                 if (!ec) {
                                                     on_signal(number);
                                                 }
                                             }));
}

void daemon::on_signal(int number) {
    // Before anything else, as with all that goes on and on: there may be no memory for what follows.
    wait_for_signal();
    if (number == SIGHUP) {
        reload();
    } else if (draining_) {
        // Asked twice: leave without waiting for anybody.
        context_.stop();
    } else {
        drain();
    }
}

void daemon::reload() {
    manager_.reloading();
    try {
        const auto token = read_token(given_.listen);
        auto certificate = read_certificate(given_.listen);
        check_client_certificate();
        front_.require_token(token);
        if (certificate) {
            server_->replace_tls(std::move(certificate));
        }
    } catch (const std::exception& failure) {
        // Told before anything else: until then systemd takes the daemon to be reloading.
        manager_.ready("reload failed, see the log: token and certificate are kept as they were");
        log_.error("reload_failed",
                   json::object_writer().member("why", failure.what()).member("kept", "all"));
        return;
    }
    manager_.ready("reloaded");
    log_.info("reloaded");
}

// The client reads it by itself, but tells nobody when it has to keep the former one.
void daemon::check_client_certificate() {
    if (client_tls_.certificate_file.empty()) {
        return;
    }
    http::pool_options options;
    options.tls.certificate_file = client_tls_.certificate_file;
    options.tls.private_key_file = client_tls_.private_key_file;
    try {
        const http::pool reader(context_.get_executor(),
                                http::origin::parse("https://localhost").value(), options);
    } catch (const boost::system::system_error& unusable) {
        throw configuration_error("api.client_certificate, api.client_key: " +
                                  program::to_reason(unusable));
    }
}

void daemon::drain() {
    draining_ = true;
    drain_deadline_ = clock::now() + std::chrono::seconds(3);
    end_when_empty();
    manager_.stopping();
    log_.info("stopping");
    front_.drain();
    input_timer_.cancel();
    // First, so that the held answers are the last ones of their connections.
    server_->drain();
    rooms_.stop([this] { client_closed_ = true; });
}

void daemon::end_when_empty() {
    const bool is_empty = client_closed_ && server_->connections() == 0;
    if (is_empty || clock::now() > drain_deadline_) {
        context_.stop();
        return;
    }
    end_timer_.expires_after(std::chrono::milliseconds(10));
    end_timer_.async_wait(
        asio::bind_allocator(httpd::handler_allocator<>(end_memory_), [this](error_code ec) {
            if (!ec) {
                end_when_empty();
            }
        }));
}

void daemon::keep_alive() {
    const auto interval = manager_.watchdog_interval();
    if (!interval) {
        return;
    }
    watchdog_timer_.expires_after(*interval);
    watchdog_timer_.async_wait(
        asio::bind_allocator(httpd::handler_allocator<>(watchdog_memory_), [this](error_code ec) {
            if (!ec) {
                keep_alive();
            }
        }));
    manager_.alive();
}

void daemon::read_input() {
    streams_.read_input([this](std::vector<std::string> lines) {
        asio::post(context_,
                   [this, lines = std::move(lines)]() mutable { on_input(std::move(lines)); });
    });
}

void daemon::on_input(std::vector<std::string> lines) {
    if (lines.empty()) {
        log_.debug("input_ended");
        return;
    }
    // Nothing more is read until all lines are taken.
    input_ = std::move(lines);
    input_taken_ = 0;
    take_input();
}

void daemon::take_input() {
    constexpr auto pause = std::chrono::milliseconds(250);
    if (draining_) {
        return;
    }
    try {
        take_lines();
    } catch (const std::bad_alloc&) {
        // The line that there was no memory for comes first again.
        take_input_after(pause);
        throw;
    }
    if (input_taken_ == input_.size()) {
        streams_.resume_input();
    } else {
        take_input_after(rooms_.is_full() ? pause : duration::zero());
    }
}

void daemon::take_lines() {
    // A few at a time, so that nobody else waits for long.
    constexpr std::size_t most_at_once = 256;
    const auto end = std::min(input_taken_ + most_at_once, input_.size());
    for (; input_taken_ < end && !rooms_.is_full(); ++input_taken_) {
        take_line(input_[input_taken_]);
    }
}

void daemon::take_input_after(duration pause) {
    input_timer_.expires_after(pause);
    input_timer_.async_wait(
        asio::bind_allocator(httpd::handler_allocator<>(input_memory_), [this](error_code ec) {
            if (!ec) {
                take_input();
            }
        }));
}

void daemon::take_line(const std::string& line) {
    if (hathora::is_valid_id(line)) {
        rooms_.add(line, std::nullopt);
    } else if (!line.empty()) {
        // No text of one byte a character has these.
        const bool is_utf_16 = line.starts_with("\xFF\xFE") || line.starts_with("\xFE\xFF") ||
                               line.find('\0') != std::string::npos;
        log_.warning("bad_input_line",
                     json::object_writer()
                         .member("line", program::printable(line))
                         .member("why", is_utf_16
                                            ? "this looks like UTF-16; write room ids in ASCII or "
                                              "UTF-8, a line each"
                                            : "a room id is " + std::string(hathora::id_rule)));
    }
}

metrics_snapshot daemon::snapshot() const {
    metrics_snapshot now;
    rooms_.describe(now);
    now.http = server_->usage();
    now.dropped_output_lines = streams_.dropped(standard_streams::target::output);
    now.dropped_log_lines = streams_.dropped(standard_streams::target::error);
    return now;
}

void serve(const configuration& given, client_options client, wait_options waits,
           standard_streams& streams, bool only_check) {
    daemon whole(given, std::move(client), std::move(waits), streams);
    if (!only_check) {
        whole.run();
    }
}

} // namespace roomport::poller
