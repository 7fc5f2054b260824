#include "sim/inspector.hpp"

#include <algorithm>

namespace roomport::sim {
namespace {

constexpr std::size_t most_problems = 10;

// What the budget lets begin ahead of the rate.
constexpr double rate_slack = 0.020 + 1e-6;

} // namespace

inspector::inspector(const world_options& options, time_point begin)
    : options_(options), begin_(begin), rooms_(options.rooms) {}

void inspector::blame(time_point now, const std::string& what) {
    if (problems_.size() < most_problems) {
        const double seconds = std::chrono::duration<double>(now - begin_).count();
        problems_.push_back("at " + std::to_string(seconds) + " s: " + what);
    }
}

void inspector::add_waiter(std::uint32_t room) {
    keys_ += rooms_[room].waiters == 0 ? 1 : 0;
    ++rooms_[room].waiters;
    ++waiters_;
}

void inspector::remove_waiter(std::uint32_t room) {
    room_watch& one = rooms_[room];
    --waiters_;
    --one.waiters;
    if (one.waiters == 0) {
        --keys_;
        ++one.epoch;
        one.ordinary = 0;
        one.held = 0;
    }
}

void inspector::poll_begins(std::uint32_t number, const std::vector<std::uint32_t>& keys, bool held,
                            time_point deadline, time_point now) {
    ++polls_;
    ++under_way_;
    held_ += held ? 1 : 0;
    if (now < floor_) {
        blame(now, "a poll began below the floor");
    }
    if (deadline <= now) {
        blame(now, "a poll began that has no time");
    }
    if (keys.empty()) {
        blame(now, "a poll of no key began");
    }
    if (polls_under_way_.size() <= number) {
        polls_under_way_.resize(number + 1);
    }
    poll_watch& begun = polls_under_way_[number];
    begun.held = held;
    begun.keys.clear();
    for (const auto key : keys) {
        room_watch& room = rooms_[key];
        begun.keys.emplace_back(key, room.epoch);
        if (room.waiters == 0) {
            blame(now, "a poll began at a key that nobody waits for");
        }
        if (++(held ? room.held : room.ordinary) > 1) {
            blame(now, held ? "a key has two long polls" : "a key has two ordinary polls");
        }
    }
    check_rate(now);
}

void inspector::poll_ends(std::uint32_t number) {
    const poll_watch& done = polls_under_way_[number];
    --under_way_;
    held_ -= done.held ? 1 : 0;
    for (const auto& [key, epoch] : done.keys) {
        room_watch& room = rooms_[key];
        if (room.epoch == epoch) {
            --(done.held ? room.held : room.ordinary);
        }
    }
}

void inspector::floor_is_told(time_point floor) {
    floor_ = std::max(floor_, floor);
}

void inspector::check_rate(time_point now) {
    if (options_.rate <= 0) {
        return;
    }
    const double at = std::chrono::duration<double>(now - begin_).count();
    if (at < paid_by_ - rate_slack) {
        blame(now, "polls exceed the configured rate");
    }
    paid_by_ = std::max(paid_by_, at) + 1 / options_.rate;
}

void inspector::compare(const wait_engine_metrics& engine, time_point now) {
    const auto same = [&](std::uint64_t is, std::uint64_t should, const char* what) {
        if (is != should) {
            blame(now, std::string(what) + " are " + std::to_string(is) + " instead of " +
                           std::to_string(should));
        }
    };
    same(engine.waiters, waiters_, "waiters");
    same(engine.keys, keys_, "keys");
    same(engine.in_flight, under_way_, "polls under way");
    same(engine.held, held_, "long polls");
    same(engine.polls, polls_, "polls");
    if (under_way_ > std::max<std::size_t>(options_.places, 1)) {
        blame(now, "more polls under way than places");
    }
    if (held_ > options_.held_places) {
        blame(now, "more long polls than allowed");
    }
}

void inspector::compare_at_end(const wait_engine_metrics& engine, time_point now) {
    compare(engine, now);
    if (engine.waiters + engine.keys + engine.in_flight + engine.held + engine.queued != 0) {
        blame(now, "something is left behind");
    }
}

} // namespace roomport::sim
