// roomport-poller: readiness of rooms for services in any language.
//
//   roomport-poller --config poller.toml
//   curl -d '{"roomId":"2swovpy1fnunu"}' http://127.0.0.1:8180/v1/rooms
//   curl http://127.0.0.1:8180/v1/rooms/2swovpy1fnunu?wait=30

#include "poller/configuration.hpp"
#include "poller/serve.hpp"
#include "poller/standard_streams.hpp"

#include "program/descriptor_limit.hpp"
#include "program/exit_status.hpp"
#include "program/parse_command_line.hpp"
#include "program/printable.hpp"
#include "program/report.hpp"
#include "program/run_program.hpp"
#include "program/settings.hpp"

#include <roomport/version.hpp>

#include <CLI/CLI.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

namespace {

using roomport::poller::configuration;
using roomport::program::exit_status;

constexpr const char* footer =
    "Serves POST /v1/rooms, GET and DELETE /v1/rooms/ID, /healthz, /readyz and /metrics; takes "
    "room "
    "ids from standard input, a line each; prints rooms that are ready as JSON lines; logs to "
    "standard error. SIGHUP reads token and certificate again, SIGTERM drains.\n\n"
    "Exit status: 0 stopped by a signal; 1 internal failure; 2 bad usage or configuration.\n\n"
    "Examples:\n"
    "  roomport-poller                              # for the local room service, on "
    "localhost:8180\n"
    "  roomport-poller --config poller.toml --check\n"
    "  curl -d '{\"roomId\":\"ROOM\",\"timeout\":\"30s\"}' http://127.0.0.1:8180/v1/rooms\n"
    "  curl http://127.0.0.1:8180/v1/rooms/ROOM?wait=30\n";

/// What is told of the command line's options is said of the keys here.
std::string with_keys(std::string text) {
    static constexpr std::array<std::pair<const char*, const char*>, 6> names{
        {{"--endpoint", "api.endpoint"},
         {"--app-id", "api.app_id"},
         {"--ca-file", "api.ca_file"},
         {"--token-file", "api.token_file"},
         {"--cert", "api.client_certificate"},
         {"--key", "api.client_key"}}};
    for (const auto& [option, key] : names) {
        for (auto at = text.find(option); at != text.npos; at = text.find(option)) {
            text.replace(at, std::string(option).size(), key);
        }
    }
    return text;
}

int refuse(const std::string& why) {
    for (const auto line : roomport::program::lines_of(why)) {
        std::fprintf(stderr, "roomport-poller: %s\n",
                     roomport::program::without_control_characters(line).c_str());
    }
    return static_cast<int>(exit_status::bad_usage);
}

int run(const configuration& given, bool only_check) {
    auto waits = roomport::program::to_wait_options(given.client);
    waits.not_found_grace = given.rooms.not_found_grace;
    constexpr std::size_t least_descriptors = 32;
    roomport::program::require_descriptors(least_descriptors);
    roomport::poller::standard_streams streams;
    roomport::poller::serve(given, roomport::program::to_client_options(given.client),
                            std::move(waits), streams, only_check);
    if (only_check) {
        std::fprintf(stderr, "roomport-poller: the configuration can be used\n");
    }
    return static_cast<int>(exit_status::done);
}

int parse_and_run(int count, char** values) {
    CLI::App program("Waits for rooms, for services in any language.", "roomport-poller");
    program.set_version_flag("--version",
                             "roomport-poller " + std::string(ROOMPORT_VERSION_STRING));
    program.footer(footer);
    std::optional<std::string> file;
    bool only_check = false;
    program.add_option("--config", file, "A TOML file (default: none, all keys as in the sample)")
        ->type_name("FILE");
    program.add_flag("--check", only_check, "Only say whether the configuration can be used");
    const auto ended = roomport::program::parse_command_line(
        program, count, values, [](const CLI::ParseError& wrong) {
            return refuse(std::string(wrong.what()) + "; see --help");
        });
    if (ended) {
        return *ended;
    }
    const std::string where = file ? *file + ": " : std::string();
    configuration given;
    try {
        given = file ? roomport::poller::read_configuration(*file) : configuration();
    } catch (const roomport::poller::configuration_error& wrong) {
        return refuse(wrong.what());
    }
    try {
        return run(given, only_check);
    } catch (const roomport::poller::configuration_error& wrong) {
        return refuse(where + wrong.what());
    } catch (const boost::system::system_error& wrong) {
        return refuse(where + with_keys(roomport::program::to_reason(wrong)));
    }
}

} // namespace

int main(int count, char** values) {
    return roomport::program::run_program("roomport-poller",
                                          [&] { return parse_and_run(count, values); });
}
