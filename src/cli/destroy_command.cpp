#include "cli/commands.hpp"
#include "cli/single_call.hpp"

#include <roomport/hathora/room_id.hpp>
#include <roomport/json/object_writer.hpp>

#include <memory>

namespace roomport::cli {
namespace {

struct arguments {
    program::settings common;
    std::string room;
};

program::exit_status destroy(const arguments& given) {
    if (!hathora::is_valid_id(given.room)) {
        report(program::bad_room_id(given.room), given.common.json);
        return program::exit_status::bad_usage;
    }
    return single_call(given.common, hathora::destroy_room, hathora::room_request(given.room),
                       given.room, [&](const hathora::no_content&) {
                           json::object_writer object;
                           object.member("roomId", given.room).member("destroyed", true);
                           return object.to_string();
                       });
}

} // namespace

void add_destroy_command(CLI::App& program, action& chosen) {
    auto given = std::make_shared<arguments>();
    auto* command = program.add_subcommand("destroy", "Destroy a room");
    command->add_option("ROOM", given->room, "The room's id")->required();
    program::add_settings(*command, given->common);
    command->footer("Needs the developer token.\n\n"
                    "Example:\n"
                    "  roomport destroy 2swovpy1fnunu");
    command->callback([given, &chosen] {
        chosen = [given] {
            return destroy(*given);
        };
    });
}

} // namespace roomport::cli
