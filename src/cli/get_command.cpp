#include "cli/commands.hpp"
#include "cli/single_call.hpp"

#include <roomport/hathora/room_id.hpp>
#include <roomport/json/writer.hpp>

#include <memory>

namespace roomport::cli {
namespace {

struct arguments {
    program::settings common;
    std::string room;
};

program::exit_status get(const arguments& given) {
    if (!hathora::is_valid_id(given.room)) {
        report(program::bad_room_id(given.room), given.common.json);
        return program::exit_status::bad_usage;
    }
    return single_call(given.common, hathora::get_connection_info,
                       hathora::room_request(given.room), given.room,
                       [](const connection_info_v2& info) { return json::to_string(info); });
}

} // namespace

void add_get_command(CLI::App& program, action& chosen) {
    auto given = std::make_shared<arguments>();
    auto* command =
        program.add_subcommand("get", "Ask once for a room's connection info, print it as JSON");
    command->add_option("ROOM", given->room, "The room's id")->required();
    program::add_settings(*command, given->common);
    command->footer(
        "One call, no waiting, no retry.\n\n"
        "Examples:\n"
        "  roomport get 2swovpy1fnunu\n"
        "  roomport get --endpoint https://api.example.org --app-id my-app 2swovpy1fnunu");
    command->callback([given, &chosen] {
        chosen = [given] {
            return get(*given);
        };
    });
}

} // namespace roomport::cli
