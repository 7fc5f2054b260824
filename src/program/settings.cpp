#include "program/settings.hpp"

#include "program/duration_text.hpp"
#include "program/service_facts.hpp"
#include "program/usage_error.hpp"

#include <roomport/error.hpp>
#include <roomport/hathora/room_id.hpp>
#include <roomport/http/origin.hpp>

#include <CLI/Error.hpp>
#include <CLI/Option.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace roomport::program {
namespace {

// Where a local room service listens, and the app it serves, unless told otherwise.
constexpr const char* default_local_url = "https://localhost:8443";
constexpr const char* default_local_app_id = "local";

// What is shorter only loads the server: an answer takes longer.
constexpr duration shortest_poll_interval = std::chrono::milliseconds(10);

// The last local room service of this user, from the default state folder.
std::optional<service_facts> find_local_service() {
    try {
        return read_service_facts(default_state_directory());
    } catch (const usage_error&) {
        return std::nullopt; // a user without a home has no state folder
    }
}

// An empty variable is as good as none.
std::optional<std::string> environment(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0' ? std::optional<std::string>(value) : std::nullopt;
}

[[noreturn]] void refuse(const std::string& why) {
    throw boost::system::system_error(error::invalid_argument, why);
}

// Whether an endpoint given by hand is the service whose state folder was found.
bool is_service(const http::origin& endpoint, const service_facts& service) {
    const auto own = http::origin::parse(service.url);
    return own && endpoint.is_loopback() && endpoint.is_secure() && endpoint.port() == own->port();
}

constexpr const char* token_variable = "HATHORA_TOKEN";

class environment_token final : public hathora::token_source {
public:
    explicit environment_token(secret token) : token_(hathora::fixed_token(std::move(token))) {}
    boost::system::result<secret> current() override { return token_->current(); }
    bool refused() override { return token_->refused(); }
    std::string where() const override { return token_variable; }

private:
    const std::shared_ptr<hathora::token_source> token_;
};

std::shared_ptr<hathora::token_source> token_from(const settings& given,
                                                  const std::optional<service_facts>& service) {
    if (given.token_file) {
        return hathora::token_file(*given.token_file);
    }
    if (const auto token = environment(token_variable)) {
        std::string_view text = *token;
        while (text.ends_with('\n') || text.ends_with('\r')) {
            text.remove_suffix(1);
        }
        return std::make_shared<environment_token>(secret(text));
    }
    return service ? hathora::token_file(service->token_file) : nullptr;
}

void check_client_certificate(const settings& given) {
    if (given.certificate_file && given.certificate_file->empty()) {
        refuse("--cert: the name is empty");
    }
    if (given.key_file && given.key_file->empty()) {
        refuse("--key: the name is empty");
    }
    if (given.certificate_file.has_value() != given.key_file.has_value()) {
        refuse(given.certificate_file ? "--cert needs --key, the private key of that certificate"
                                      : "--key needs --cert, the certificate of that key");
    }
}

} // namespace

CLI::Option* add_duration(CLI::App& command, const std::string& name, duration& to,
                          const std::string& description) {
    return command
        .add_option_function<std::string>(
            name,
            [name, &to](const std::string& text) {
                const auto value = parse_duration(text);
                if (!value) {
                    throw CLI::ValidationError(
                        name, "'" + text +
                                  "' is not a length of time: give a number over 0 with "
                                  "ms, s, m or h, like 1500ms or 2m");
                }
                to = *value;
            },
            description)
        ->type_name("D");
}

void add_settings(CLI::App& command, settings& to) {
    command
        .add_option("--endpoint", to.endpoint,
                    "Base URL of the API (default $HATHORA_ENDPOINT, else the local room service, "
                    "https://localhost:8443)")
        ->type_name("URL");
    command
        .add_option("--app-id", to.app_id,
                    "The app (default $HATHORA_APP_ID, else the local room service's)")
        ->type_name("ID");
    command
        .add_option("--ca-file", to.ca_file,
                    "CAs to trust (default the system's, or the local room service's)")
        ->type_name("PEM");
    command
        .add_option("--token-file", to.token_file,
                    "File with the developer token (default $HATHORA_TOKEN, else the local room "
                    "service's)")
        ->type_name("FILE");
    command
        .add_option(
            "--cert", to.certificate_file,
            "Client certificate to show, its chain after it; with --key; read again when it "
            "changes")
        ->type_name("PEM");
    command
        .add_option("--key", to.key_file,
                    "Private key of the client certificate, without a passphrase")
        ->type_name("PEM");
    add_duration(command, "--timeout", to.timeout, "The whole command (default 120s)");
    add_duration(command, "--connect-timeout", to.connect_timeout,
                 "TCP and TLS of one connection (default 5s)");
    add_duration(command, "--request-timeout", to.request_timeout, "One attempt (default 10s)");
    add_duration(command, "--poll-interval", to.poll_interval,
                 "Poll at this interval, at least 10ms; less is taken for that (default: learned "
                 "from how long rooms take)");
    command
        .add_option("--max-failures", to.max_failures,
                    "Failed polls in a row that end a wait (default 0: only the timeout does)")
        ->type_name("N");
    command.add_option("--max-connections", to.max_connections, "Connections at most (default 8)")
        ->type_name("N")
        ->check(CLI::Range(1, 10'000));
    command.add_flag("--allow-plaintext", to.allow_plaintext,
                     "Allow http:// beyond this machine; a token is never sent over it");
    command.add_flag("--json", to.json, "Print results and failures as JSON, one object a line");
    command.add_flag("--verbose", to.verbose, "Tell each poll on standard error");
}

client_options to_client_options(const settings& given) {
    auto endpoint = given.endpoint ? given.endpoint : environment("HATHORA_ENDPOINT");
    auto app_id = given.app_id ? given.app_id : environment("HATHORA_APP_ID");

    auto service = find_local_service();
    if (!endpoint) {
        endpoint = service ? service->url : default_local_url;
        if (!app_id && !service) {
            app_id = default_local_app_id;
        }
    }
    const auto origin = http::origin::parse(*endpoint);
    if (!origin) {
        // What stands before an '@' may be a password.
        const bool may_be_shown = endpoint->find('@') == std::string::npos;
        refuse("--endpoint: " + (may_be_shown ? "'" + *endpoint + "'" : std::string("this")) +
               " is not a URL like https://HOST[:PORT], without user and path");
    }
    if (service && !is_service(*origin, *service)) {
        service.reset();
    }
    if (!app_id && service) {
        app_id = service->app_id;
    }
    if (!app_id) {
        refuse("no app: give --app-id or set HATHORA_APP_ID");
    }
    if (!hathora::is_valid_id(*app_id)) {
        refuse("--app-id: an app id is " + std::string(hathora::id_rule));
    }
    if (given.ca_file && given.ca_file->empty()) {
        refuse("--ca-file: the name is empty");
    }
    check_client_certificate(given);

    client_options options;
    options.endpoint = origin->to_string();
    options.app_id = *std::move(app_id);
    options.token = token_from(given, service);
    options.request_timeout = std::min(given.request_timeout, given.timeout);
    options.single_threaded = true;
    options.pool.max_connections = given.max_connections;
    options.pool.connect_timeout = given.connect_timeout;
    options.pool.allow_plaintext = given.allow_plaintext;
    options.pool.tls.certificate_file = given.certificate_file.value_or("");
    options.pool.tls.private_key_file = given.key_file.value_or("");
    if (given.ca_file) {
        options.pool.tls.ca_file = *given.ca_file;
    } else if (service && service->ca_file) {
        options.pool.tls.ca_file = service->ca_file->string();
    }
    return options;
}

wait_options to_wait_options(const settings& given) {
    wait_options options;
    options.timeout = given.timeout;
    options.request_timeout = given.request_timeout;
    options.max_failures = given.max_failures;
    if (given.poll_interval > duration::zero()) {
        options.cadence = fixed_cadence(std::max(given.poll_interval, shortest_poll_interval));
    }
    return options;
}

} // namespace roomport::program
