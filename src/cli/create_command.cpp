#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/single_call.hpp"

#include <roomport/hathora/room_id.hpp>
#include <roomport/json/writer.hpp>

#include <memory>
#include <optional>

namespace roomport::cli {
namespace {

struct arguments {
    program::settings common;
    std::string region;
    std::optional<std::string> room;
    std::optional<std::string> room_config;
    bool wait = false;
    bool keep = false;
};

hathora::create_room_request to_request(const arguments& given) {
    hathora::create_room_request request;
    request.room_id = given.room;
    request.body.region = open_enum<region>(given.region);
    request.body.room_config = given.room_config;
    return request;
}

void print_room(const arguments& given, const created_room& room) {
    if (given.common.json) {
        program::print_line(program::to_json(room.room_id, room.result));
    } else {
        program::print_line(room.room_id + " " + program::to_text(room.result.exposed_port));
    }
}

program::exit_status create_and_wait(const arguments& given) {
    session work(given.common);
    progress shown(work.context(), 1, given.room.value_or("new room"), given.common.verbose);
    program::exit_status status = program::exit_status::done;
    create_options options;
    options.wait = program::to_wait_options(given.common);
    options.wait.on_progress = [&](const wait_event& event) {
        shown.take(event);
    };
    options.destroy_on_failure = !given.keep;
    work.api().async_create_and_wait(
        to_request(given), std::move(options), [&](error_code ec, const created_room& room) {
            shown.stop();
            if (ec) {
                status = program::to_exit_status(ec);
                if (!given.keep) {
                    work.set_last_words("room " + room.room_id +
                                        " may live on: its end was not awaited");
                }
                work.guard([&] {
                    report(program::to_failure(room.room_id, ec, room.result.evidence),
                           given.common.json);
                });
            } else if (!work.guard([&] { print_room(given, room); }) && !given.keep) {
                // Nobody was told of the room: it must not stay.
                work.api().async_call(hathora::destroy_room, hathora::room_request(room.room_id),
                                      [&](error_code, const auto&) { work.finish(); });
                return;
            }
            work.finish();
        });
    work.run();
    return work.status(status);
}

program::exit_status create(const arguments& given) {
    if (given.room && !hathora::is_valid_id(*given.room)) {
        report(program::bad_room_id(*given.room), given.common.json);
        return program::exit_status::bad_usage;
    }
    if (given.wait) {
        return create_and_wait(given);
    }
    return single_call(given.common, hathora::create_room, to_request(given), given.room,
                       [](const room_connection_data& room) { return json::to_string(room); });
}

std::string region_names() {
    std::string names;
    for (const auto& each : wire_texts(region())) {
        names += names.empty() ? "" : ", ";
        names += each;
    }
    return names;
}

} // namespace

void add_create_command(CLI::App& program, action& chosen) {
    auto given = std::make_shared<arguments>();
    auto* command = program.add_subcommand("create", "Create a room, and wait for it if asked to");
    command->add_option("--region", given->region, "Where: " + region_names() + ", or a newer one")
        ->type_name("R")
        ->required();
    command->add_option("--room-id", given->room, "The room's id (default: one is chosen)")
        ->type_name("ID");
    command
        ->add_option("--room-config", given->room_config,
                     "Text for the game server, at most 10000 characters")
        ->type_name("S");
    auto* wait = command->add_flag("--wait", given->wait,
                                   "Wait until the room is active, print ROOM HOST:PORT TRANSPORT");
    command
        ->add_flag("--keep", given->keep,
                   "Leave the room when the wait fails or is interrupted, instead of destroying it")
        ->needs(wait);
    program::add_settings(*command, given->common);
    command->footer(
        "Needs the developer token.\n\n"
        "Examples:\n"
        "  roomport create --region Frankfurt\n"
        "  roomport create --region Frankfurt --wait\n"
        "  roomport create --region Tokyo --room-id match-42 --room-config '{\"map\":3}' "
        "--wait --timeout 1m");
    command->callback([given, &chosen] {
        chosen = [given] {
            return create(*given);
        };
    });
}

} // namespace roomport::cli
