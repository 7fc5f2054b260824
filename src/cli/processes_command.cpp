#include "cli/commands.hpp"
#include "cli/single_call.hpp"

#include <roomport/json/writer.hpp>

#include <memory>
#include <vector>

namespace roomport::cli {

void add_processes_command(CLI::App& program, action& chosen) {
    auto given = std::make_shared<program::settings>();
    auto* command =
        program.add_subcommand("processes", "List the latest processes as one JSON array");
    program::add_settings(*command, *given);
    command->footer("The ten newest processes of the app. Needs the developer token.\n\n"
                    "Example:\n"
                    "  roomport processes | python3 -m json.tool");
    command->callback([given, &chosen] {
        chosen = [given] {
            return single_call(
                *given, hathora::get_latest_processes, hathora::process_filter_request(), "",
                [](const std::vector<process_v3>& list) { return json::to_string(list); });
        };
    });
}

} // namespace roomport::cli
