// Counts calls of operator new: a poll that finds its key starting makes none.

#include "wait/wait_state.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <deque>
#include <memory>
#include <new>
#include <string>
#include <variant>
#include <vector>

namespace {

std::atomic<std::size_t> allocations = 0;

} // namespace

void* operator new(std::size_t size) {
    ++allocations;
    if (void* block = std::malloc(size == 0 ? 1 : size)) {
        return block;
    }
    throw std::bad_alloc();
}

void operator delete(void* block) noexcept {
    std::free(block);
}

void operator delete(void* block, std::size_t) noexcept {
    std::free(block);
}

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

/// Answers every poll "starting" after 10 ms of virtual time, without taking memory itself.
class still_world {
public:
    still_world(const wait_engine_options& options, std::size_t keys, std::size_t batch)
        : state_(options) {
        batch_terms offered;
        offered.most = batch;
        state_.offer(offered, {});
        seen_.state = observed_state::starting;
        seen_.status = "starting";
        seen_.http_status = 200;
        seen_.times.first_byte = 9ms;
        batch_seen_.whole = seen_;
        batch_seen_.keys.reserve(100);
        under_way_.reserve(1000);
        wait_options wait;
        wait.timeout = 10h;
        const auto settings = make_settings(wait);
        for (std::size_t key = 0; key < keys; ++key) {
            waits_.emplace_back(settings, now_);
            state_.start(waits_.back(), "room" + std::to_string(key), now_);
            carry_out_actions();
        }
    }

    void run(std::uint64_t polls) {
        while (polls_ < polls) {
            if (!under_way_.empty()) {
                now_ += 10ms;
                const auto done = under_way_.back();
                under_way_.pop_back();
                if (done.keys == 1) {
                    state_.observed(done.id, seen_, now_);
                } else {
                    batch_seen_.keys.assign(done.keys, seen_);
                    state_.observed_many(done.id, batch_seen_, now_);
                }
            } else {
                now_ = std::max(now_, *state_.next_wake());
                state_.advance(now_);
            }
            carry_out_actions();
        }
    }

    std::uint64_t polls() const { return polls_; }

private:
    void carry_out_actions() {
        while (auto action = state_.next_action()) {
            if (const auto* begun_poll = std::get_if<start_poll>(&*action)) {
                ++polls_;
                under_way_.push_back({begun_poll->poll, begun_poll->keys.size()});
            } else if (!std::holds_alternative<cancel_poll>(*action)) {
                ADD_FAILURE() << "nothing ends here, and nothing throws";
            }
        }
    }

    struct begun {
        poll_id id;
        std::size_t keys;
    };

    time_point now_ = time_point() + 1h;
    observation seen_;
    batch_observation batch_seen_;
    std::vector<begun> under_way_;
    std::uint64_t polls_ = 0;
    std::deque<waiter> waits_;
    wait_state state_;
};

std::size_t allocations_in_steady_state(const wait_engine_options& options, std::size_t batch) {
    still_world world(options, 100, batch);
    world.run(2000);
    const std::size_t before = allocations;
    world.run(world.polls() + 2000);
    return allocations - before;
}

wait_engine_options options_with(std::shared_ptr<cadence> policy, double rate) {
    wait_engine_options options;
    options.seed = 1;
    options.cadence = std::move(policy);
    options.max_rate = rate;
    return options;
}

TEST(Allocations, AreNoneForAPollThatFindsItsKeyStarting) {
    EXPECT_EQ(allocations_in_steady_state(options_with(fixed_cadence(1s), 0), 0), 0U);
}

TEST(Allocations, AreNoneUnderALearnedCadenceAndAShortRate) {
    EXPECT_EQ(allocations_in_steady_state(options_with(nullptr, 5), 0), 0U);
}

TEST(Allocations, AreNoneForPollsOfManyKeys) {
    EXPECT_EQ(allocations_in_steady_state(options_with(fixed_cadence(100ms), 0), 40), 0U);
}

} // namespace
} // namespace roomport::wait_detail
