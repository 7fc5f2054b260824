#include "cli/commands.hpp"
#include "cli/serve_command.hpp"
#include "program/parse_command_line.hpp"
#include "program/printable.hpp"
#include "program/report.hpp"
#include "program/run_program.hpp"

#include <roomport/version.hpp>

#include <CLI/CLI.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

namespace {

constexpr const char* help_footer =
    "Exit status: 0 done; 1 internal failure; 2 bad usage; 3 the timeout passed; 4 HTTP 4xx; 5 "
    "HTTP 401, "
    "402, 403; 6 the server can't be reached or is in trouble; 7 an answer that can't be used; 8 "
    "TLS; 130 "
    "SIGINT; 143 SIGTERM.\n\n"
    "Examples:\n"
    "  roomport serve --exec './game_server {port}'        # a room service on this machine\n"
    "  roomport create --region Frankfurt --wait           # a room, and where to reach it\n"
    "  roomport wait 2swovpy1fnunu                         # somebody else's room\n";

bool wants_json(std::span<char*> arguments) {
    return std::any_of(arguments.begin(), arguments.end(),
                       [](const char* each) { return std::string_view(each) == "--json"; });
}

int fail(roomport::error_code ec, const std::string& message, bool as_json) {
    roomport::program::failure what;
    what.error = ec;
    what.message = message;
    roomport::program::report(what, as_json);
    return static_cast<int>(roomport::program::to_exit_status(ec));
}

// The command line's parser misses a command before it looks at what stands in its place.
std::string usage_problem(const CLI::App& program, const CLI::ParseError& wrong) {
    const auto unknown = program.remaining();
    const std::string problem =
        program.get_subcommands().empty() && !unknown.empty()
            ? "'" + unknown.front() + "' is no command and no option of roomport"
            : wrong.what();
    return roomport::program::printable(problem) + "; see --help";
}

int run(int count, char** values) {
    CLI::App program("A room id goes in, an exposed port comes out.", "roomport");
    program.set_version_flag("--version", "roomport " + std::string(ROOMPORT_VERSION_STRING));
    program.require_subcommand(1);
    program.footer(help_footer);

    roomport::cli::action chosen;
    roomport::cli::add_wait_command(program, chosen);
    roomport::cli::add_get_command(program, chosen);
    roomport::cli::add_create_command(program, chosen);
    roomport::cli::add_destroy_command(program, chosen);
    roomport::cli::add_processes_command(program, chosen);
    roomport::cli::add_decode_command(program, chosen);
    roomport::cli::add_serve_command(program, chosen);

    const bool as_json = wants_json({values, static_cast<std::size_t>(count)});
    const auto ended = roomport::program::parse_command_line(
        program, count, values, [&](const CLI::ParseError& wrong) {
            return fail(roomport::error::invalid_argument, usage_problem(program, wrong), as_json);
        });
    if (ended) {
        return *ended;
    }
    try {
        return static_cast<int>(chosen());
    } catch (const boost::system::system_error& wrong) {
        return fail(wrong.code(), roomport::program::to_reason(wrong), as_json);
    }
}

} // namespace

int main(int count, char** values) {
    return roomport::program::run_program("roomport", [&] { return run(count, values); });
}
