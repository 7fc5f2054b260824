// The state machine against a seeded world: servers that start rooms, lose, refuse, hold and drop; callers that come,
// join and leave. A failing seed is named and repeats exactly.

#include "wait_script.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <queue>
#include <set>

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

enum class weather { calm, stormy };

class simulation final : public wait_actions {
public:
    simulation(std::uint64_t seed, weather kind)
        : random_(seed), kind_(kind), options_(draw_options(seed)), state_(options_, *this) {
        const auto keys = 1 + random_.next() % 8;
        for (std::uint64_t key = 0; key < keys; ++key) {
            ready_at_.push_back(begin_ + random_.up_to(chance(20) ? 60s : 6s));
        }
        hold_limit_ = chance(50) ? duration(5s) : duration::zero();
        honours_holds_ = chance(70);
        if (chance(60)) {
            terms_.most = 2 + random_.next() % 6;
            terms_.hold_limit = chance(50) ? duration(5s) : duration::zero();
        }
        const auto waits = 1 + random_.next() % 20;
        for (std::uint64_t wait = 0; wait < waits; ++wait) {
            plan(random_.up_to(8s), [this] { join(); });
        }
    }

    void run() {
        for (int step = 0; step < 20000; ++step) {
            const auto wake = state_.next_wake();
            if (events_.empty() && !wake) {
                check_end();
                return;
            }
            if (wake && (events_.empty() || *wake <= events_.top().at)) {
                now_ = std::max(now_, *wake);
                state_.advance(now_);
            } else {
                const event next = events_.top();
                events_.pop();
                now_ = next.at;
                next.action();
            }
            check_limits();
        }
        ADD_FAILURE() << "no end after 20000 steps";
    }

    const std::string& log() const { return log_; }

    batch_terms terms() override { return terms_; }

    void start_batch_look(look_id id, std::span<const std::string_view> keys, duration hold,
                          time_point deadline) override {
        EXPECT_GE(keys.size(), terms_.least);
        EXPECT_LE(keys.size(), terms_.most);
        EXPECT_LE(hold, terms_.hold_limit);
        std::vector<std::size_t> all;
        for (const auto key : keys) {
            all.push_back(std::stoul(std::string(key)));
        }
        EXPECT_EQ(std::set<std::size_t>(all.begin(), all.end()).size(), all.size());
        begin(id, std::move(all), true, hold, deadline);
    }

    void start_look(look_id id, std::string_view key, duration hold, time_point deadline) override {
        begin(id, {std::stoul(std::string(key))}, false, hold, deadline);
    }

    void cancel_look(look_id id) override {
        EXPECT_EQ(under_way_.count(id), 1U);
        const auto generation = generations_[id];
        plan(random_.up_to(20ms), [this, id, generation] {
            if (generations_[id] == generation) {
                deliver(id, whole(failed(boost::asio::error::operation_aborted, looks_held_[id])));
            }
        });
    }

    void complete(waiter& wait, error_code ec, wait_result result) override {
        auto& mine = static_cast<simulated_wait&>(wait);
        EXPECT_FALSE(mine.is_done);
        mine.is_done = true;
        EXPECT_LE(now_, wait.deadline());
        note("done", mine.index, now_ - begin_);
        if (!ec.failed()) {
            EXPECT_EQ(told_ready_.count(mine.index), 1U);
            EXPECT_GE(now_, ready_at_[mine.index]);
            EXPECT_EQ(result.exposed_port.port, static_cast<std::int32_t>(mine.index));
        } else if (ec == error_code(error::deadline_passed)) {
            EXPECT_EQ(now_, wait.deadline());
            const time_point visible = std::max(ready_at_[mine.index], mine.began);
            EXPECT_TRUE(kind_ == weather::stormy || wait.deadline() < visible + 300ms)
                << "a room that was ready in time was missed";
        } else {
            EXPECT_TRUE(kind_ == weather::stormy || mine.asked_to_leave) << ec.message();
        }
    }

    void caught(std::exception_ptr) override { ADD_FAILURE() << "nothing throws here"; }

private:
    struct event {
        time_point at;
        std::uint64_t serial;
        std::function<void()> action;
        bool operator<(const event& other) const {
            return std::pair(at, serial) > std::pair(other.at, other.serial);
        }
    };

    class simulated_wait : public waiter {
    public:
        simulated_wait(const wait_options& options, time_point started, std::size_t key)
            : waiter(make_settings(options), started), index(key), began(started) {}
        std::size_t index;
        time_point began;
        bool is_done = false;
        bool asked_to_leave = false;
    };

    wait_engine_options draw_options(std::uint64_t seed) {
        wait_engine_options options;
        options.seed = seed;
        options.max_in_flight = kind_ == weather::calm ? 30 : 1 + random_.next() % 6;
        options.max_held = random_.next() % 5;
        if (kind_ == weather::stormy && random_.next() % 3 == 0) {
            options.max_rate = 1.0 + static_cast<double>(random_.next() % 50);
        }
        return options;
    }

    bool chance(unsigned percent) { return random_.next() % 100 < percent; }

    void plan(duration delay, std::function<void()> action) {
        events_.push({now_ + delay, serial_++, std::move(action)});
    }

    void join() {
        wait_options options;
        options.timeout = 1ms + random_.up_to(chance(30) ? 500ms : 20s);
        options.request_timeout = 1ms + random_.up_to(5s);
        if (kind_ == weather::calm) {
            options.request_timeout = 10s;
        } else {
            options.max_failures = chance(20) ? 4 : 0;
            options.not_found_grace = chance(50) ? duration(3s) : duration::zero();
        }
        const auto key = random_.next() % ready_at_.size();
        waits_.push_back(std::make_unique<simulated_wait>(options, now_, key));
        auto& wait = *waits_.back();
        if (chance(25)) {
            plan(random_.up_to(options.timeout), [this, &wait] { leave(wait); });
        }
        std::optional<time_point> created;
        if (kind_ == weather::stormy && chance(30)) {
            created = now_ - random_.up_to(10s);
        }
        state_.start(wait, std::to_string(key), now_, created);
        if (kind_ == weather::stormy && chance(1)) {
            plan(1s, [this] { state_.cancel_all(now_); });
        }
    }

    void leave(simulated_wait& wait) {
        if (!wait.is_done) {
            wait.asked_to_leave = true;
            state_.cancel(wait, now_);
            EXPECT_TRUE(wait.is_done);
        }
    }

    void begin(look_id id, std::vector<std::size_t> keys, bool is_batch, duration hold,
               time_point deadline) {
        ASSERT_TRUE(under_way_.insert(id).second);
        EXPECT_GE(now_, floor_);
        EXPECT_GT(deadline, now_);
        held_ += hold > duration::zero() ? 1 : 0;
        note("look", id, deadline - now_);
        generations_.resize(std::max<std::size_t>(generations_.size(), id + 1));
        looks_held_.resize(generations_.size());
        batches_.resize(generations_.size());
        looks_held_[id] = hold > duration::zero();
        batches_[id] = is_batch;
        answer_later(id, keys, hold, deadline);
    }

    void answer_later(look_id id, const std::vector<std::size_t>& keys, duration hold,
                      time_point deadline) {
        // In calm weather even a few answers tell how long the next will take.
        const duration latency =
            kind_ == weather::calm ? 20ms + random_.up_to(20ms) : 1ms + random_.up_to(400ms);
        const bool held = hold > duration::zero();
        const auto generation = ++generations_[id];
        time_point arrives = now_ + latency;
        std::function<batch_observation()> made = [this, keys, held] {
            batch_observation all;
            all.whole.state = observed_state::starting;
            for (const std::size_t key : keys) {
                const bool is_silent = kind_ == weather::stormy && keys.size() > 1 && chance(5);
                all.keys.push_back(is_silent ? std::nullopt
                                             : std::optional(honest_answer(key, held)));
            }
            return all;
        };
        if (held && honours_holds_) {
            time_point news = now_ + hold;
            for (const std::size_t key : keys) {
                news = std::min(news, ready_at_[key]);
            }
            arrives = std::max(arrives, news + latency);
        }
        if (kind_ == weather::stormy && chance(30)) {
            const observation bad = bad_answer(held);
            arrives = now_ + (held ? random_.up_to(hold) : latency);
            made = [bad] {
                return whole(bad);
            };
        }
        if (arrives > deadline) {
            arrives = deadline;
            made = [held] {
                return whole(failed(error::attempt_timeout, held));
            };
        }
        plan(arrives - now_, [this, id, generation, made] {
            if (generations_[id] == generation) {
                deliver(id, made());
            }
        });
    }

    static batch_observation whole(observation seen) {
        batch_observation all;
        all.whole = std::move(seen);
        return all;
    }

    observation honest_answer(std::size_t key, bool held) {
        if (now_ < ready_at_[key]) {
            return starting(hold_limit_, held);
        }
        told_ready_.insert(key);
        return ready(static_cast<std::int32_t>(key));
    }

    observation bad_answer(bool held) {
        observation seen;
        switch (random_.next() % 6) {
        case 0:
            seen = failed(error::connect_failed);
            break;
        case 1:
            seen = failed(error::connection_closed);
            break;
        case 2:
            seen = failed(error::not_json);
            break;
        case 3:
            seen = failed_status(404);
            break;
        default:
            seen = failed_status(503);
            seen.not_before = now_ + random_.up_to(3s);
            break;
        }
        seen.held = held;
        return seen;
    }

    void deliver(look_id id, const batch_observation& seen) {
        ASSERT_EQ(under_way_.erase(id), 1U);
        ++generations_[id];
        held_ -= looks_held_[id] ? 1 : 0;
        if (seen.whole.not_before) {
            floor_ = std::max(floor_, *seen.whole.not_before);
        }
        note("seen", id, now_ - begin_);
        if (batches_[id]) {
            state_.observed_many(id, seen, now_);
        } else {
            state_.observed(id, seen.keys.empty() ? seen.whole : *seen.keys.front(), now_);
        }
    }

    void check_limits() {
        const auto metrics = state_.metrics(now_);
        EXPECT_LE(under_way_.size(), options_.max_in_flight);
        EXPECT_LE(held_, options_.max_held);
        EXPECT_EQ(metrics.in_flight, under_way_.size());
        EXPECT_EQ(metrics.held, held_);
        EXPECT_LE(metrics.polls, 2000U);
    }

    void check_end() {
        for (const auto& wait : waits_) {
            EXPECT_TRUE(wait->is_done);
        }
        const auto metrics = state_.metrics(now_);
        EXPECT_EQ(metrics.keys, 0U);
        EXPECT_EQ(metrics.waiters, 0U);
        EXPECT_EQ(metrics.in_flight, 0U);
        EXPECT_EQ(metrics.queued, 0U);
    }

    void note(const char* what, std::size_t which, duration when) {
        log_ += what + std::string(" ") + std::to_string(which) + " " +
                std::to_string(when.count()) + "\n";
    }

    random_source random_;
    weather kind_;
    wait_engine_options options_;
    const time_point begin_ = time_point() + 1h;
    time_point now_ = begin_;
    time_point floor_ = time_point::min();
    std::vector<time_point> ready_at_;
    std::set<std::size_t> told_ready_;
    duration hold_limit_{};
    bool honours_holds_ = false;

    std::priority_queue<event> events_;
    std::uint64_t serial_ = 0;
    std::set<look_id> under_way_;
    std::vector<std::uint64_t> generations_;
    std::vector<bool> looks_held_;
    std::vector<bool> batches_;
    batch_terms terms_;
    std::size_t held_ = 0;
    std::string log_;
    std::vector<std::unique_ptr<simulated_wait>> waits_;
    wait_state state_;
};

void run_seeds(std::uint64_t first, std::uint64_t count, weather kind) {
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        simulation world(seed, kind);
        world.run();
        if (::testing::Test::HasFailure()) {
            return;
        }
    }
}

TEST(Simulation, KeepsItsPromisesInStormyWeather) {
    run_seeds(1, 3000, weather::stormy);
}

TEST(Simulation, MissesNoRoomInCalmWeather) {
    run_seeds(100001, 2000, weather::calm);
}

TEST(Simulation, RepeatsASeedExactly) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        simulation one(seed, weather::stormy);
        simulation same(seed, weather::stormy);
        one.run();
        same.run();
        EXPECT_EQ(one.log(), same.log());
        EXPECT_FALSE(one.log().empty());
    }
}

} // namespace
} // namespace roomport::wait_detail
