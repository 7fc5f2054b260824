#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/session.hpp"
#include "program/report.hpp"
#include "program/settings.hpp"

#include <roomport/hathora/room_id.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace roomport::cli {
namespace {

struct arguments {
    program::settings common;
    std::vector<std::string> rooms;
};

class waiting {
public:
    explicit waiting(const arguments& given)
        : given_(given), session_(given.common),
          progress_(session_.context(), given.rooms.size(), given.rooms.front(),
                    given.common.verbose),
          pending_(given.rooms.size()) {}

    program::exit_status run() {
        auto options = program::to_wait_options(given_.common);
        options.on_progress = [this](const wait_event& event) {
            progress_.take(event);
        };
        for (const auto& room : given_.rooms) {
            session_.api().async_wait_active(
                room, options, [this, room](error_code ec, const wait_result& result) {
                    ended(room, ec, result);
                });
        }
        session_.run();
        return session_.status(status_);
    }

private:
    void ended(const std::string& room, error_code ec, const wait_result& result) {
        progress_.room_ended(!ec);
        progress_.clear();
        if (!session_.guard([&] { tell_result(room, ec, result); })) {
            // Nobody reads the results any more.
            session_.api().cancel();
        }
        if (--pending_ == 0) {
            progress_.stop();
            session_.finish();
        }
    }

    void tell_result(const std::string& room, error_code ec, const wait_result& result) {
        if (ec) {
            status_ = std::max(status_, program::to_exit_status(ec));
            report(program::to_failure(room, ec, result.evidence), given_.common.json);
        } else if (given_.common.json) {
            program::print_line(program::to_json(room, result));
        } else {
            const std::string prefix = given_.rooms.size() > 1 ? room + " " : "";
            program::print_line(prefix + program::to_text(result.exposed_port));
        }
    }

    const arguments& given_;
    session session_;
    progress progress_;
    std::size_t pending_;
    program::exit_status status_ = program::exit_status::done;
};

// All ids are looked at before anything is sent.
program::exit_status refuse_bad_ids(const arguments& given) {
    program::exit_status status = program::exit_status::done;
    for (const auto& room : given.rooms) {
        if (!hathora::is_valid_id(room)) {
            report(program::bad_room_id(room), given.common.json);
            status = program::exit_status::bad_usage;
        }
    }
    return status;
}

} // namespace

void add_wait_command(CLI::App& program, action& chosen) {
    auto given = std::make_shared<arguments>();
    auto* command = program.add_subcommand("wait", "Wait until rooms are active, print where");
    command->add_option("ROOM", given->rooms, "The rooms' ids")->required();
    program::add_settings(*command, given->common);
    command->footer(
        "Prints HOST:PORT TRANSPORT for each room as it becomes active, with the room's id "
        "in front when there are several.\n\n"
        "Examples:\n"
        "  roomport wait 2swovpy1fnunu\n"
        "  roomport wait --timeout 30s --json roomA roomB\n"
        "  roomport wait --endpoint https://api.example.org --app-id my-app 2swovpy1fnunu\n"
        "  roomport wait --max-failures 3 2swovpy1fnunu   # give up on a dead server");
    command->callback([given, &chosen] {
        chosen = [given] {
            const auto refused = refuse_bad_ids(*given);
            return refused != program::exit_status::done ? refused : waiting(*given).run();
        };
    });
}

} // namespace roomport::cli
