#include "server/rooms/room_registry.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace {

using namespace std::chrono_literals;
using namespace roomport::server;
using roomport::process_status;
using roomport::region;
using roomport::time_point;
using roomport::transport_type;

/// Ports of which other programs have some.
class ports_of_others final : public port_source {
public:
    explicit ports_of_others(const std::set<std::uint16_t>& foreign) : foreign_(foreign) {}
    bool take(transport_type transport, std::uint16_t port) override {
        return is_free(transport, port);
    }
    void give_back(std::uint16_t /*port*/) override {}
    bool is_free(transport_type /*transport*/, std::uint16_t port) const override {
        return foreign_.count(port) == 0;
    }

private:
    const std::set<std::uint16_t>& foreign_;
};

/// A registry on virtual time. What it wants done is kept as text: "launch p1 27000", "stop p1", "kill p1", "room r1".
class RoomRegistry : public testing::Test {
protected:
    void make() {
        room_registry::id_source ids;
        ids.room = [this] {
            return "r" + std::to_string(++rooms);
        };
        ids.process = [this] {
            return "p" + std::to_string(++processes);
        };
        registry.emplace(options, ids, std::make_shared<ports_of_others>(foreign));
    }

    moment now() const {
        return {
            time_point(elapsed),
            roomport::timestamp(std::chrono::duration_cast<std::chrono::microseconds>(elapsed))};
    }

    std::string create(region where = region::tokyo, std::optional<std::string> id = {}) {
        const auto created = registry->create_room(now(), where, std::move(id), std::nullopt);
        return created.has_error() ? std::to_string(created.error().status) : *created;
    }

    void happens(process_event::kind what, const std::string& process, bool succeeded = false) {
        process_event event(what, process);
        event.succeeded = succeeded;
        event.reason = "reason";
        registry->handle(now(), event);
    }
    void ready(const std::string& process) { happens(process_event::kind::ready, process); }
    void exits(const std::string& process, bool succeeded) {
        happens(process_event::kind::exited, process, succeeded);
    }

    std::vector<std::string> actions() {
        std::vector<std::string> taken;
        for (const auto& action : registry->take_actions()) {
            if (const auto* order = std::get_if<process_order>(&action)) {
                taken.push_back("launch " + order->process_id + " " +
                                std::to_string(order->ports.front().number));
            } else if (const auto* stop = std::get_if<stop_order>(&action)) {
                taken.push_back((stop->at_once ? "kill " : "stop ") + stop->process_id);
            } else {
                taken.push_back("room " + std::get<room_change>(action).room_id);
            }
        }
        return taken;
    }

    process_status status(const std::string& process) {
        return registry->find_process(process)->status;
    }

    using texts = std::vector<std::string>;
    registry_options options;
    std::optional<room_registry> registry;
    std::set<std::uint16_t> foreign;
    roomport::duration elapsed = 1s;
    int rooms = 0;
    int processes = 0;
};

TEST_F(RoomRegistry, StartsAProcessForARoomAndTellsWhenItIsReady) {
    make();
    EXPECT_EQ(create(), "r1");
    EXPECT_EQ(actions(), (texts{"launch p1 27000"}));
    EXPECT_EQ(status("p1"), process_status::starting);
    ready("p1");
    EXPECT_EQ(actions(), (texts{"room r1"}));
    EXPECT_EQ(status("p1"), process_status::running);
    EXPECT_EQ(registry->find_room("r1")->process_id, "p1");
}

TEST_F(RoomRegistry, RefusesARoomIdThatExistsAndTakesOneThatWasDestroyed) {
    make();
    EXPECT_EQ(create(region::tokyo, "mine"), "mine");
    EXPECT_EQ(create(region::dubai, "mine"), "422");
    registry->destroy_room(now(), "mine");
    EXPECT_EQ(registry->find_room("mine"), nullptr);
    EXPECT_EQ(create(region::tokyo, "mine"), "mine");
}

TEST_F(RoomRegistry, StopsAProcessWithItsLastRoom) {
    options.rooms_per_process = 2;
    make();
    create();
    create();
    actions();
    EXPECT_TRUE(registry->destroy_room(now(), "r1"));
    EXPECT_EQ(actions(), (texts{"room r1"}));
    EXPECT_TRUE(registry->destroy_room(now(), "r2"));
    EXPECT_EQ(actions(), (texts{"room r2", "stop p1"}));
    EXPECT_FALSE(registry->destroy_room(now(), "r2"));
    exits("p1", false);
    EXPECT_EQ(status("p1"), process_status::stopped);
    EXPECT_EQ(actions(), texts());
    EXPECT_EQ(registry->find_process("p1")->past_rooms.size(), 2U);
}

TEST_F(RoomRegistry, FillsRunningProcessesOfTheRegionFirst) {
    options.rooms_per_process = 2;
    make();
    create(region::tokyo);
    ASSERT_TRUE(registry->create_process(now(), region::tokyo).has_value());
    const auto& warm = registry->processes().back()->process_id;
    ready(warm);
    EXPECT_EQ(registry->find_room(create(region::tokyo))->process_id, warm);
    EXPECT_EQ(registry->find_room(create(region::tokyo))->process_id, warm);
    EXPECT_EQ(registry->find_room(create(region::tokyo))->process_id, "p1");
    const auto elsewhere = registry->find_room(create(region::dubai))->process_id;
    EXPECT_NE(elsewhere, "p1");
    EXPECT_NE(elsewhere, warm);
}

TEST_F(RoomRegistry, AProcessThatStopsGetsNoRoom) {
    options.rooms_per_process = 2;
    make();
    create();
    ready("p1");
    registry->stop_process(now(), "p1");
    EXPECT_NE(registry->find_room(create())->process_id, "p1");
    EXPECT_FALSE(registry->stop_process(now(), "unknown"));
}

TEST_F(RoomRegistry, ExitWithoutErrorDestroysTheRooms) {
    make();
    create();
    ready("p1");
    actions();
    exits("p1", true);
    EXPECT_EQ(actions(), (texts{"room r1"}));
    EXPECT_EQ(registry->find_room("r1"), nullptr);
    EXPECT_EQ(status("p1"), process_status::stopped);
}

TEST_F(RoomRegistry, AFailedProcessIsStartedThreeTimesMoreOnItsPort) {
    make();
    create();
    ready("p1");
    actions();
    for (int again = 0; again < 3; ++again) {
        exits("p1", false);
        EXPECT_EQ(actions(), (texts{"launch p1 27000"}));
        EXPECT_EQ(status("p1"), process_status::starting);
        EXPECT_FALSE(registry->find_process("p1")->started_at);
    }
    exits("p1", false);
    EXPECT_EQ(actions(), (texts{"room r1"}));
    EXPECT_EQ(status("p1"), process_status::failed);
    EXPECT_EQ(registry->find_process("p1")->exit_reason, "reason");
}

TEST_F(RoomRegistry, AFailedProcessWhosePortIsTakenGetsAnother) {
    make();
    create();
    actions();
    foreign.insert(27000);
    exits("p1", false);
    EXPECT_EQ(actions(), (texts{"launch p1 27001"}));
}

TEST_F(RoomRegistry, AProcessWhosePortIsTakenMovesWithoutCountingAsFailed) {
    make();
    create();
    actions();
    for (int move = 1; move <= 3; ++move) {
        happens(process_event::kind::port_taken, "p1");
        ready("p1");
        EXPECT_EQ(status("p1"), process_status::starting);
        EXPECT_EQ(actions(), (texts{"kill p1"}));
        exits("p1", false);
        EXPECT_EQ(actions(), (texts{"launch p1 " + std::to_string(27000 + move)}));
    }
    EXPECT_EQ(registry->find_process("p1")->restarts, 0);
    happens(process_event::kind::port_taken, "p1");
    exits("p1", false);
    EXPECT_EQ(status("p1"), process_status::failed);
}

TEST_F(RoomRegistry, KillsAProcessThatDoesNotBindInTime) {
    make();
    create();
    actions();
    EXPECT_EQ(registry->next_deadline(), time_point(101s));
    elapsed = 100s;
    registry->tick(now());
    EXPECT_EQ(actions(), texts());
    elapsed = 101s;
    registry->tick(now());
    EXPECT_EQ(actions(), (texts{"kill p1"}));
    EXPECT_EQ(registry->next_deadline(), time_point::max());
    exits("p1", false);
    EXPECT_EQ(actions(), (texts{"launch p1 27000"}));
    EXPECT_EQ(registry->next_deadline(), time_point(201s));
    ready("p1");
    EXPECT_EQ(registry->next_deadline(), time_point::max());
}

TEST_F(RoomRegistry, AFreedPortRestsForThirtySeconds) {
    options.range = port_range(5000, 5000);
    make();
    create();
    EXPECT_EQ(create(), "429");
    registry->destroy_room(now(), "r1");
    exits("p1", true);
    EXPECT_EQ(create(), "429");
    elapsed += 30s - 1ns;
    EXPECT_EQ(create(), "429");
    elapsed += 1ns;
    EXPECT_NE(create(), "429");
}

TEST_F(RoomRegistry, GivesBackThePortsOfAProcessThatGotTooFew) {
    options.range = port_range(5000, 5002);
    options.ports = {port_declaration("default", transport_type::udp),
                     port_declaration("debug", transport_type::tcp)};
    make();
    EXPECT_EQ(create(), "r1");
    EXPECT_EQ(create(), "429");
    registry->destroy_room(now(), "r1");
    exits("p1", true);
    elapsed += 30s;
    EXPECT_NE(create(), "429");
}

TEST_F(RoomRegistry, HasALimitOfProcesses) {
    options.max_processes = 1;
    make();
    create();
    EXPECT_EQ(create(), "429");
    registry->destroy_room(now(), "r1");
    EXPECT_EQ(create(), "429");
    exits("p1", true);
    EXPECT_NE(create(), "429");
}

TEST_F(RoomRegistry, StopsEverythingAtTheEnd) {
    make();
    create();
    create();
    exits("p1", true);
    actions();
    registry->stop_everything(now());
    EXPECT_EQ(actions().back().substr(0, 5), "stop ");
    EXPECT_EQ(registry->find_room("r2"), nullptr);
}

TEST_F(RoomRegistry, ForgetsTheOldestOfManyEndedProcesses) {
    options.history = 3;
    make();
    for (int each = 0; each < 5; ++each) {
        const auto room = create();
        const auto process = registry->find_room(room)->process_id;
        exits(process, true);
    }
    EXPECT_EQ(registry->processes().size(), 3U);
    EXPECT_EQ(registry->find_process("p1"), nullptr);
}

TEST_F(RoomRegistry, BoundsRoomsAndTheirConfigs) {
    options.max_rooms = 3;
    options.max_config_bytes = 100;
    options.rooms_per_process = 10;
    make();
    const auto create_with = [&](std::size_t size) {
        const auto created =
            registry->create_room(now(), region::tokyo, std::nullopt, std::string(size, 'x'));
        return created.has_error() ? created.error().message : "";
    };
    EXPECT_NE(create_with(101).find("--max-config-bytes"), std::string::npos);
    EXPECT_EQ(create_with(60), "");
    EXPECT_NE(create_with(41).find("--max-config-bytes"), std::string::npos);
    EXPECT_EQ(create_with(30), "");
    EXPECT_FALSE(registry->refuse_config("unknown", 1000));
    const auto id = registry->processes().front()->rooms.front();
    EXPECT_TRUE(registry->refuse_config(id, 71));
    EXPECT_FALSE(registry->refuse_config(id, 70));
    registry->update_room(id, std::string(70, 'y'));
    EXPECT_EQ(create_with(0), "");
    EXPECT_NE(create_with(0).find("--max-rooms"), std::string::npos);
    registry->destroy_room(now(), id);
    EXPECT_EQ(create_with(70), "");
}

TEST_F(RoomRegistry, BoundsWhatIsRememberedOfDestroyedRooms) {
    options.max_config_bytes = 100;
    options.rooms_per_process = 10;
    options.room_history = 3;
    make();
    create();
    for (int each = 0; each < 10; ++each) {
        const auto created =
            registry->create_room(now(), region::tokyo, std::nullopt, std::string(20, 'x'));
        ASSERT_FALSE(created.has_error());
        registry->destroy_room(now(), *created);
        std::size_t kept = 0;
        const auto& past = registry->processes().front()->past_rooms;
        for (const auto& room : past) {
            kept += room.config ? room.config->size() : 0;
        }
        EXPECT_LE(kept, 25U);
        EXPECT_LE(past.size(), 3U);
    }
}

TEST_F(RoomRegistry, GoesOnForAYearOfRandomEvents) {
    options.rooms_per_process = 3;
    options.range = port_range(5000, 5049);
    options.history = 50;
    make();
    std::mt19937_64 random(7);
    std::set<std::string> launched;
    for (int step = 0; step < 50000; ++step) {
        elapsed += std::chrono::seconds(random() % 1200);
        const auto all = registry->processes();
        const auto any = all.empty() ? "" : all[random() % all.size()]->process_id;
        switch (random() % 6) {
        case 0:
            create(static_cast<region>(random() % 3));
            break;
        case 1:
            ready(any);
            break;
        case 2:
            if (launched.count(any) != 0) {
                launched.erase(any);
                exits(any, random() % 2 == 0);
            }
            break;
        case 3:
            registry->destroy_room(
                now(), "r" + std::to_string(random() % static_cast<unsigned>(rooms + 1)));
            break;
        case 4:
            registry->stop_process(now(), any);
            break;
        default:
            registry->tick(now());
            break;
        }
        for (const auto& action : registry->take_actions()) {
            if (const auto* order = std::get_if<process_order>(&action)) {
                ASSERT_TRUE(launched.insert(order->process_id).second);
            }
        }
        std::set<std::uint16_t> ports;
        for (const auto* process : registry->processes()) {
            ASSERT_EQ(process->has_ended(), launched.count(process->process_id) == 0);
            ASSERT_LE(process->rooms.size(), 3U);
            if (!process->has_ended()) {
                ASSERT_TRUE(ports.insert(process->ports.front().number).second);
            }
            for (const auto& room : process->rooms) {
                ASSERT_EQ(registry->find_room(room)->process_id, process->process_id);
            }
        }
    }
}

} // namespace
