// Waits for something that is no room: a TCP port, say of a database, that is to accept connections. What is polled, and
// how, is an observer of one's own; when to poll, deadlines and cancellation are the wait engine's.
//
//   6_own_observer ADDRESS:PORT TIMEOUT-SECONDS
#include <roomport/wait/wait_engine.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <charconv>
#include <chrono>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// A key of this observer: an IP address and a port.
std::optional<tcp::endpoint> parse(std::string_view key) {
    const auto colon = key.rfind(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    const auto digits = key.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [stop, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    roomport::error_code ec;
    const auto address = asio::ip::make_address(std::string(key.substr(0, colon)), ec);
    if (ec || failed != std::errc() || stop != digits.data() + digits.size() || port == 0) {
        return std::nullopt;
    }
    return tcp::endpoint(address, port);
}

// One poll: one attempt to connect, which ends by its deadline.
class attempt : public std::enable_shared_from_this<attempt> {
public:
    attempt(const asio::any_io_executor& executor, roomport::observer::handler_type handler)
        : socket_(executor), deadline_(executor), handler_(std::move(handler)) {}

    void start(const tcp::endpoint& where, roomport::time_point deadline) {
        auto slot = asio::get_associated_cancellation_slot(handler_);
        if (slot.is_connected()) {
            // Weak: the engine's slot may keep this longer than the attempt takes.
            slot.assign([weak = weak_from_this()](asio::cancellation_type) {
                if (const auto self = weak.lock()) {
                    self->stop(asio::error::operation_aborted);
                }
            });
        }
        deadline_.expires_at(deadline);
        deadline_.async_wait([self = shared_from_this()](roomport::error_code ec) {
            if (!ec) {
                self->stop(roomport::error::attempt_timeout);
            }
        });
        socket_.async_connect(where, [self = shared_from_this(), where](roomport::error_code ec) {
            self->ended(where, ec);
        });
    }

private:
    void stop(roomport::error_code why) {
        stopped_ = why;
        socket_.close();
    }

    void ended(const tcp::endpoint& where, roomport::error_code ec) {
        deadline_.cancel();
        roomport::observation seen;
        if (stopped_) {
            seen.error = stopped_;
        } else if (!ec) {
            seen.state = roomport::observed_state::ready;
            seen.status = "listening";
            seen.exposed_port.host = where.address().to_string();
            seen.exposed_port.port = where.port();
        } else if (ec == asio::error::connection_refused) {
            // Nobody listens yet, which is what one waits for: no failure.
            seen.state = roomport::observed_state::starting;
            seen.status = "refused";
        } else {
            seen.error = ec;
            seen.message = ec.message();
        }
        std::move(handler_)(std::move(seen));
    }

    tcp::socket socket_;
    asio::steady_timer deadline_;
    roomport::observer::handler_type handler_;
    roomport::error_code stopped_;
};

class port_observer final : public roomport::observer {
public:
    explicit port_observer(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    // A port can't be asked to hold its answer, so `hold` is left aside: the engine asks for one only where an
    // observation has announced it.
    void async_observe(std::string_view key, roomport::duration /*hold*/,
                       roomport::time_point deadline, handler_type handler) override {
        if (const auto where = parse(key)) {
            std::make_shared<attempt>(executor_, std::move(handler))->start(*where, deadline);
            return;
        }
        // What can't be polled at all is an observation, too; never from within this function.
        asio::post(executor_, [handler = std::move(handler)]() mutable {
            roomport::observation seen;
            seen.error = roomport::error::invalid_argument;
            seen.message = "give ADDRESS:PORT with a numeric address";
            std::move(handler)(std::move(seen));
        });
    }

private:
    asio::any_io_executor executor_;
};

} // namespace

int main(int count, char** arguments) {
    if (count != 3) {
        std::cerr << "usage: 6_own_observer ADDRESS:PORT TIMEOUT-SECONDS\n";
        return 2;
    }
    try {
        const std::string key = arguments[1];
        asio::io_context context(1);
        // Only one thread runs the context, so that no strand is needed.
        roomport::wait_engine engine(context.get_executor(), context.get_executor(),
                                     std::make_shared<port_observer>(context.get_executor()),
                                     roomport::wait_engine_options());

        roomport::wait_options options;
        options.timeout = std::chrono::seconds(std::stoi(arguments[2]));
        options.max_failures = 5;
        options.on_progress = [](const roomport::wait_event& event) {
            if (event.what == roomport::wait_event::kind::polled) {
                std::cout << event.status << ", waiting" << std::endl;
            }
        };

        int status = 1;
        engine.async_wait(key, options,
                          [&](roomport::error_code ec, const roomport::wait_result& result) {
                              if (!ec) {
                                  std::cout << key << " accepts connections\n";
                                  status = 0;
                                  return;
                              }
                              const auto& evidence = result.evidence;
                              std::cerr << key << ": " << ec.message() << " ("
                                        << (evidence.last_message.empty() ? evidence.last_status
                                                                          : evidence.last_message)
                                        << ", " << evidence.polls << " polls)\n";
                          });
        context.run();
        return status;
    } catch (const std::exception& failed) {
        std::cerr << failed.what() << '\n';
        return 1;
    }
}
