#include "http/pool_state.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace roomport::http::detail {
namespace {

using namespace std::chrono_literals;

TEST(PoolStateAtRandom, EachRequestEndsOnceTheLimitsHoldAndNothingStays) {
    pool_state::settings settings;
    time_point now(1000s);
    for (unsigned seed = 1; seed <= 50; ++seed) {
        std::mt19937 random(seed);
        settings.max_connections = 1 + seed % 4;
        settings.max_waiting = seed % 3 == 0 ? 3 : 1000;
        settings.acquire_timeout = seed % 5 == 0 ? duration(3s) : duration(0);
        pool_state state(settings);
        std::set<request_id> pending;
        std::set<connection_id> dialing;
        std::set<connection_id> idle;
        std::map<connection_id, request_id> busy;
        request_id last = 0;
        request_terms terms;
        const auto carry_out = [&] {
            while (const auto taken = state.next_action()) {
                const auto& action = *taken;
                if (const auto* opened = std::get_if<open_connection>(&action)) {
                    ASSERT_TRUE(dialing.insert(opened->connection).second);
                } else if (const auto* closed = std::get_if<close_connection>(&action)) {
                    ASSERT_EQ(dialing.erase(closed->connection) + idle.erase(closed->connection) +
                                  busy.erase(closed->connection),
                              1U);
                } else if (const auto* started = std::get_if<start_exchange>(&action)) {
                    ASSERT_EQ(idle.erase(started->connection), 1U);
                    ASSERT_TRUE(pending.contains(started->request));
                    ASSERT_TRUE(busy.emplace(started->connection, started->request).second);
                } else if (const auto* failed = std::get_if<fail_request>(&action)) {
                    ASSERT_EQ(pending.erase(failed->request), 1U);
                }
            }
            ASSERT_LE(dialing.size() + idle.size() + busy.size(), settings.max_connections);
            ASSERT_EQ(state.connecting(), dialing.size());
            ASSERT_EQ(state.idle(), idle.size());
            ASSERT_EQ(state.busy(), busy.size());
            ASSERT_EQ(state.waiting() + busy.size(), pending.size());
        };
        for (int step = 0; step < 2000; ++step) {
            now += std::chrono::milliseconds(random() % 400);
            switch (random() % 8) {
            case 0:
            case 1:
                pending.insert(++last);
                terms.of = random() % 3 == 0 ? request_class::poll : request_class::call;
                terms.deadline = now + std::chrono::milliseconds(random() % 9000);
                terms.attempt_timeout = std::chrono::milliseconds(random() % 6000);
                state.add(last, terms, now);
                break;
            case 2:
                if (!dialing.empty()) {
                    const auto id = *dialing.begin();
                    dialing.erase(id);
                    idle.insert(id);
                    state.connected(id, now);
                }
                break;
            case 3:
                if (!dialing.empty()) {
                    state.connect_failed(*dialing.rbegin(), error::connect_failed, now);
                }
                break;
            case 4:
                if (!busy.empty()) {
                    const auto [id, request] = *busy.begin();
                    pending.erase(request);
                    const bool reusable = random() % 2 == 0;
                    if (reusable) {
                        busy.erase(id);
                        idle.insert(id);
                    }
                    state.finished(id, reusable, now);
                }
                break;
            case 5:
                if (!busy.empty()) {
                    if (random() % 2 == 0) {
                        state.retry_on_fresh(busy.rbegin()->first, now);
                    } else {
                        state.retry_unsent(busy.rbegin()->first, now);
                    }
                }
                break;
            case 6:
                if (!pending.empty() && random() % 3 == 0) {
                    const auto request = *pending.begin();
                    pending.erase(request);
                    state.remove(request, now);
                } else if (!idle.empty()) {
                    state.lost(*idle.begin(), now);
                }
                break;
            default:
                state.expire(now);
                break;
            }
            carry_out();
            if (testing::Test::HasFatalFailure()) {
                FAIL() << "seed " << seed << " step " << step;
            }
        }
        now += 1h;
        state.expire(now);
        for (int round = 0; round < 10; ++round) {
            carry_out();
            now += 1h;
            state.expire(now);
        }
        carry_out();
        ASSERT_TRUE(pending.empty()) << "seed " << seed;
        ASSERT_EQ(dialing.size() + idle.size() + busy.size(), 0U);
        ASSERT_EQ(state.next_expiry(), std::nullopt);
    }
}

} // namespace
} // namespace roomport::http::detail
