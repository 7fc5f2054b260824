#include "server/service/serve.hpp"

#include "httpd/listening_sockets.hpp"
#include "httpd/server.hpp"
#include "httpd/tls_context.hpp"
#include "program/descriptor_limit.hpp"
#include "program/files.hpp"
#include "program/listen_address.hpp"
#include "program/service_facts.hpp"
#include "program/usage_error.hpp"
#include "providers/configuration.hpp"
#include "providers/http/http_allocator.hpp"
#include "server/api/cross_origin.hpp"
#include "server/launcher/local_provider.hpp"
#include "server/launcher/machine_ports.hpp"
#include "server/launcher/orphans.hpp"
#include "server/orchestrator/remote_provider.hpp"
#include "server/rooms/random_text.hpp"
#include "server/service/admin_front.hpp"
#include "server/service/certificate_authority.hpp"
#include "server/service/game_server_environment.hpp"
#include "server/service/option_checks.hpp"
#include "server/service/room_service.hpp"
#include "server/service/service_metrics.hpp"
#include "server/service/state_directory.hpp"
#include "server/simulation/simulated_provider.hpp"
#include "store/journal_thread.hpp"
#include "store/store_error.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <system_error>

namespace roomport::server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// Its own files, a few connections and a game server or two.
constexpr std::size_t least_descriptors = 64;

/// How many connections leave enough descriptors for game servers.
std::size_t most_connections() {
    return program::raise_descriptor_limit() / 2;
}

/// One run of the service, from start to end.
class run {
public:
    run(const service_options& options, const std::function<void(const std::string&)>& log)
        : options_(options), log_(log), signals_(context_, SIGTERM, SIGINT),
          child_signals_(context_, SIGCHLD), end_timer_(context_), renewal_timer_(context_) {}

    int serve(const std::function<void(const std::string&)>& announce) {
        try {
            prepare();
        } catch (const std::system_error& failure) {
            if (failure.code() == std::errc::too_many_files_open) {
                throw;
            }
            // Files and folders that the user named, or that belong to the user, can't be used.
            throw program::usage_error(failure.what());
        }
        announce(program::to_url(endpoints_.front()));
        context_.run();
        if (local_) {
            // What has left its process group is still to be found by its environment.
            kill_orphans(marker_, std::chrono::seconds(2));
        }
        return 128 + signal_;
    }

private:
    void prepare() {
        check_options(options_);
        local_provider_options local;
        if (options_.command) {
            local.command = read_command(options_);
            refuses_dash_ids_ = local.command.begins_word_with_room_id();
        }
        const auto where = program::resolve_listen_address(context_, options_.listen);
        const auto& state = state_.emplace(
            state_directory::open(options_.state_directory.value_or(std::filesystem::path()).empty()
                                      ? program::default_state_directory()
                                      : *options_.state_directory));
        marker_ = state.marker();
        const auto killed = kill_orphans(marker_, std::chrono::seconds(10));
        if (killed != 0) {
            log_("killed " + std::to_string(killed) + " processes that an earlier run had left");
        }
        max_connections_ = most_connections();
        advertised_ =
            options_.advertise.value_or(program::default_advertised_host(where.endpoints.front()));
        names_ = program::certificate_names(where, advertised_, options_.tls_names);
        prepare_tls(state);
        app_secret_ = state.load_or_make_secret(state.file("app-secret"));
        make_provider(state, std::move(local));
        const auto token_file =
            std::filesystem::absolute(options_.token_file.value_or(state.file("token")));
        const auto token = state.load_or_make_secret(token_file);
        endpoints_ = listen(where, token);
        if (remote_ != nullptr) {
            remote_->restore(journal_, [this](const allocation::intent& what) {
                return service_->restore_room(what.region, what.room_id, what.config);
            });
            journal_ = {};
        }
        listen_for_supervisors();
        write_facts(state, endpoints_.front(), token_file);
        wait_for_signals();
    }

    void prepare_tls(const state_directory& state) {
        if (options_.tls_certificate) {
            try {
                tls_ = httpd::make_tls_context(options_.tls_certificate->string(),
                                               options_.tls_key->string());
            } catch (const boost::system::system_error& failure) {
                throw program::usage_error("--tls-cert and --tls-key can't be used: " +
                                           std::string(failure.what()));
            }
            return;
        }
        authority_ = std::make_unique<certificate_authority>(state.path());
        authority_->provide(names_, std::chrono::system_clock::now());
        load_leaf();
        renew_later();
    }

    void load_leaf() {
        const auto leaf = authority_->leaf();
        tls_ = httpd::make_tls_context(leaf.certificate.string(), leaf.key.string());
    }

    // A service that runs for a year must not outlive its certificate.
    void renew_later() {
        renewal_timer_.expires_after(std::chrono::hours(12));
        renewal_timer_.async_wait([this](error_code ec) {
            if (ec) {
                return;
            }
            try {
                if (authority_->provide(names_, std::chrono::system_clock::now())) {
                    load_leaf();
                    server_->replace_tls(tls_);
                    log_("the certificate was issued anew");
                }
            } catch (const std::exception& failure) {
                log_("the certificate could not be issued anew: " + std::string(failure.what()));
            }
            renew_later();
        });
    }

    void make_provider(const state_directory& state, local_provider_options local) {
        if (options_.provider_file) {
            make_remote_provider(state);
            return;
        }
        if (options_.simulation) {
            provider_ = std::make_unique<simulated_provider>(context_, *options_.simulation);
            return;
        }
        if (options_.log_directory) {
            std::filesystem::create_directories(*options_.log_directory);
            local.log_folder = std::filesystem::canonical(*options_.log_directory).string();
            if (::access(local.log_folder.c_str(), W_OK | X_OK) != 0) {
                throw program::usage_error("the folder of --log-dir can't be written to");
            }
        }
        local.passed_environment = options_.passed_environment;
        local.input = options_.input;
        local.environment = game_server_environment(options_, advertised_, marker_, app_secret_);
        local.stop_grace = options_.stop_grace;
        local.marker = marker_;
        local.advertised = advertised_addresses::of_host(advertised_);
        local.advertised_host = advertised_;
        local.is_bound_enough = options_.is_bound_enough;
        // What a wrapper leaves behind comes to this process, where it is still known and reaped.
        ::prctl(PR_SET_CHILD_SUBREAPER, 1UL, 0UL, 0UL, 0UL);
        auto created = std::make_unique<local_provider>(context_, std::move(local));
        local_ = created.get();
        provider_ = std::move(created);
    }

    void make_remote_provider(const state_directory& state) {
        try {
            auto with = providers::read_configuration(*options_.provider_file);
            with.engine.app_id = options_.app_id;
            with.engine.owner = with.owner.empty() ? own_name(state) : with.owner;
            for (const auto& [region, word] : with.regions) {
                regions_.insert(region);
            }
            auto vendor =
                std::make_unique<providers::http_allocator>(context_.get_executor(), with);
            store::sqlite_journal file(state.file("rooms.db"));
            journal_ = file.load();
            auto journal =
                std::make_unique<store::journal_thread>(context_.get_executor(), std::move(file));
            auto created = std::make_unique<remote_provider>(
                context_, with.engine, std::move(vendor), std::move(journal), log_);
            remote_ = created.get();
            provider_ = std::move(created);
        } catch (const store::store_error& wrong) {
            throw program::usage_error(wrong.what());
        } catch (const boost::system::system_error& wrong) {
            throw program::usage_error("the TLS files of --provider can't be used: " +
                                       std::string(wrong.what()));
        }
    }

    /// Whose servers are whose when the file does not say so.
    static std::string own_name(const state_directory& state) {
        const auto file = state.file("owner");
        auto name = program::read_own_file(file, program::file_kind::plain);
        if (!name) {
            name = "rp-" + random_hex(8) + "\n";
            program::write_file(file, *name, program::file_kind::plain);
        }
        const auto text = name->substr(0, name->find('\n'));
        if (!providers::is_valid_owner(text)) {
            throw program::usage_error(file.string() +
                                       " holds no owner: 1 to 32 of a-z, 0-9 and '-'");
        }
        return text;
    }

    std::vector<tcp::endpoint> listen(const program::listen_address& where, const secret& token) {
        httpd::server_options http;
        http.tls = tls_;
        http.bounds = options_.connections;
        http.bounds.connections = std::min(http.bounds.connections, max_connections_);
        http.every_answer = cross_origin_fields();
        http.admit = [this](const httpd::request& head) {
            return service_->admit(head);
        };
        http.on_accept_failure = [this](error_code ec) {
            log_("no connection can be accepted: " + program::reason_of(ec));
        };
        server_ = std::make_unique<httpd::server>(
            context_, std::move(http),
            [this](httpd::request received, std::shared_ptr<httpd::responder> responder) {
                try {
                    service_->handle(std::move(received), std::move(responder));
                } catch (const std::exception& failure) {
                    log_(std::string("a request failed: ") + failure.what());
                    throw;
                }
            });
        std::vector<tcp::endpoint> endpoints;
        try {
            endpoints = server_->listen(where.endpoints);
        } catch (const httpd::listen_failure& failure) {
            throw program::usage_error(
                "can't listen on " + program::to_host_and_port(failure.where) + ": " +
                failure.code().message() + "; choose another address or port with --listen");
        }
        registry_options registry;
        registry.refuses_dash_ids = refuses_dash_ids_;
        registry.is_remote = remote_ != nullptr;
        registry.regions = regions_;
        registry.ports = options_.ports;
        registry.range = options_.port_range;
        registry.rooms_per_process = options_.rooms_per_process;
        registry.max_processes = options_.max_processes;
        registry.max_rooms = options_.max_rooms;
        registry.max_config_bytes = options_.max_config_bytes;
        registry.bind_timeout = options_.bind_timeout;
        api_settings api;
        api.app_id = options_.app_id;
        api.token = token;
        api.app_secret = app_secret_;
        api.advertised_host = advertised_;
        api.port = endpoints.front().port();
        api.lobbies = options_.lobbies;
        api.player_token_lifetime = options_.player_token_lifetime;
        // Simulated processes bind nothing, so nobody can be in their way.
        std::shared_ptr<port_source> ports = std::make_shared<unbound_ports>();
        if (local_ != nullptr) {
            ports = std::make_shared<machine_ports>();
        }
        service_ = std::make_unique<room_service>(context_, std::move(registry), std::move(ports),
                                                  std::move(api), *provider_, log_);
        return endpoints;
    }

    void listen_for_supervisors() {
        if (!options_.admin) {
            return;
        }
        admin_front::source from;
        from.problem = [this]() -> std::string {
            if (signal_ != 0) {
                return "the room service is stopping";
            }
            return remote_ != nullptr ? remote_->problem() : std::string();
        };
        from.metrics = [this] {
            return service_metrics(*service_, remote_);
        };
        admin_ = std::make_unique<admin_front>(context_, std::move(from));
        try {
            const auto where = program::resolve_listen_address(context_, *options_.admin);
            const auto endpoints = admin_->listen(where.endpoints);
            log_("health and metrics at http://" + program::to_host_and_port(endpoints.front()));
        } catch (const httpd::listen_failure& failure) {
            throw program::usage_error(
                "can't listen on " + program::to_host_and_port(failure.where) + ": " +
                failure.code().message() + "; choose another address or port with --admin");
        }
    }

    void write_facts(const state_directory& state, const tcp::endpoint& endpoint,
                     const std::filesystem::path& token_file) const {
        auto reachable = endpoint;
        if (endpoint.address().is_unspecified()) {
            reachable.address(endpoint.address().is_v6()
                                  ? asio::ip::address(asio::ip::address_v6::loopback())
                                  : asio::ip::address(asio::ip::address_v4::loopback()));
        }
        program::service_facts facts;
        facts.url = program::to_url(reachable);
        facts.app_id = options_.app_id;
        facts.token_file = token_file;
        if (authority_) {
            facts.ca_file = authority_->ca().certificate;
        }
        program::write_service_facts(state.path(), facts);
    }

    void wait_for_signals() {
        // A terminal that is closed must not leave game servers behind, unless nohup says otherwise.
        struct sigaction hang_up {};
        if (signal_ == 0 && ::sigaction(SIGHUP, nullptr, &hang_up) == 0 &&
            hang_up.sa_handler == SIG_DFL) {
            signals_.add(SIGHUP);
        }
        signals_.async_wait([this](error_code ec, int signal) {
            if (!ec) {
                on_signal(signal);
                wait_for_signals();
            }
        });
        wait_for_children();
    }

    void wait_for_children() {
        if (waiting_for_children_) {
            return;
        }
        waiting_for_children_ = true;
        child_signals_.async_wait([this](error_code ec, int) {
            waiting_for_children_ = false;
            if (!ec) {
                wait_for_children();
            }
        });
        // After the wait has begun, so that nobody ends unseen in between; some may have ended before this program began.
        if (local_ != nullptr) {
            local_->reap_strangers();
        } else {
            reap_all();
        }
    }

    void on_signal(int signal) {
        if (signal_ != 0) {
            // Asked twice: no more grace.
            service_->stop_at_once();
            return;
        }
        signal_ = signal;
        log_("stopping");
        // First, so that the held answers are the last ones of their connections.
        server_->drain();
        service_->stop();
        drain_deadline_ = clock::now() + std::chrono::seconds(3);
        // Beyond the grace live only those that may not be ended.
        end_deadline_ = clock::now() + options_.stop_grace + std::chrono::seconds(5);
        end_when_empty();
    }

    void end_when_empty() {
        if ((service_->is_empty() || clock::now() > end_deadline_) &&
            (server_->connections() == 0 || clock::now() > drain_deadline_)) {
            context_.stop();
            return;
        }
        end_timer_.expires_after(std::chrono::milliseconds(10));
        end_timer_.async_wait([this](error_code ec) {
            if (!ec) {
                end_when_empty();
            }
        });
    }

    const service_options& options_;
    std::function<void(const std::string&)> log_;
    asio::io_context context_{1};
    asio::signal_set signals_;
    asio::signal_set child_signals_;
    asio::steady_timer end_timer_;
    asio::steady_timer renewal_timer_;
    std::size_t max_connections_ = 0;
    // Holds the lock of the state folder as long as the service runs.
    std::optional<state_directory> state_;
    std::vector<tcp::endpoint> endpoints_;
    std::string marker_;
    secret app_secret_;
    std::string advertised_;
    std::vector<std::string> names_;
    std::unique_ptr<certificate_authority> authority_;
    std::shared_ptr<asio::ssl::context> tls_;
    std::unique_ptr<provider> provider_;
    local_provider* local_ = nullptr;
    remote_provider* remote_ = nullptr;
    allocation::journal_content journal_;
    std::set<std::string> regions_;
    bool refuses_dash_ids_ = false;
    std::unique_ptr<room_service> service_;
    std::unique_ptr<httpd::server> server_;
    std::unique_ptr<admin_front> admin_;
    time_point drain_deadline_{};
    time_point end_deadline_{};
    int signal_ = 0;
    bool waiting_for_children_ = false;
};

} // namespace

int serve(const service_options& options, const std::function<void(const std::string&)>& announce,
          const std::function<void(const std::string&)>& log) {
    program::require_descriptors(least_descriptors);
    return run(options, log).serve(announce);
}

} // namespace roomport::server
