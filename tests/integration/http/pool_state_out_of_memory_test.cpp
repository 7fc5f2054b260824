// A pool's decisions, each of whose allocations fails once: what could not be decided then is decided a little later.

#include "http/pool_state.hpp"
#include "support/failing_memory.hpp"

#include <gtest/gtest.h>

#include <new>
#include <set>
#include <vector>

namespace roomport::test {
namespace {

using namespace std::chrono_literals;
using namespace http::detail;

constexpr std::size_t requests = 40;

TEST(PoolStateOutOfMemory, StartsEachRequestOnceWithinItsPauses) {
    for_each_allocation(
        [&](std::size_t nth) {
            pool_state::settings settings;
            settings.max_connections = requests / 2;
            pool_state state(settings);
            time_point now(1000s);
            const auto deadline = now + 10s;
            std::multiset<request_id> refused;
            std::multiset<request_id> started;
            fail_allocations(nth);
            for (request_id id = 0x100000000; id < 0x100000000 + requests; ++id) {
                try {
                    state.add(id, {http::request_class::call, false, deadline, duration::max()},
                              now);
                } catch (const std::bad_alloc&) {
                    stop_failing_allocations();
                    refused.insert(id);
                }
            }
            const bool has_failed = stop_failing_allocations() || !refused.empty();
            for (const auto id : refused) {
                state.add(id, {http::request_class::call, false, deadline, duration::max()}, now);
            }
            for (std::size_t rounds = 0; started.size() < requests && rounds < 10; ++rounds) {
                while (const auto action = state.next_action()) {
                    if (const auto* opened = std::get_if<open_connection>(&*action)) {
                        state.connected(opened->connection, now);
                    } else if (const auto* begun = std::get_if<start_exchange>(&*action)) {
                        started.insert(begun->request);
                        state.finished(begun->connection, true, now);
                    }
                }
                now += pause_after_failure;
                state.expire(now);
            }
            EXPECT_EQ(started.size(), requests);
            EXPECT_EQ(std::set<request_id>(started.begin(), started.end()).size(), requests);
            EXPECT_EQ(state.waiting(), 0U);
            return has_failed;
        },
        11);
}

TEST(PoolStateOutOfMemory, EventsNeedNoMemoryOnceTheirRequestIsTaken) {
    constexpr std::size_t every = 1'000'000;
    pool_state::settings settings;
    settings.max_connections = 4;
    pool_state state(settings);
    const time_point now(1000s);
    std::vector<connection_id> opened;
    std::size_t failed = 0;
    std::size_t closed = 0;
    for (request_id id = 1; id <= 4; ++id) {
        state.add(id, {http::request_class::call, false, now + 1h, duration::max()}, now);
    }
    while (const auto action = state.next_action()) {
        opened.push_back(std::get<open_connection>(*action).connection);
    }
    ASSERT_EQ(opened.size(), 4U);
    fail_allocations(0, every);
    const auto count = [&] {
        while (const auto action = state.next_action()) {
            failed += std::holds_alternative<fail_request>(*action) ? 1 : 0;
            closed += std::holds_alternative<close_connection>(*action) ? 1 : 0;
        }
    };
    state.connected(opened[0], now);
    state.connected(opened[1], now);
    state.connect_failed(opened[2], error::connect_failed, now);
    count();
    state.retry_on_fresh(opened[0], now);
    count();
    state.finished(opened[1], true, now);
    count();
    state.expire(now + 2h);
    count();
    EXPECT_EQ(state.end_all(error::connection_closed), true);
    count();
    stop_failing_allocations();
    EXPECT_EQ(closed, 4U);
    EXPECT_EQ(failed, 3U);
    EXPECT_EQ(state.waiting() + state.busy() + state.idle() + state.connecting(), 0U);
}

} // namespace
} // namespace roomport::test
