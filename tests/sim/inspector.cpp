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

void inspector::look_begins(std::uint32_t number, const std::vector<std::uint32_t>& keys, bool held,
                            time_point deadline, time_point now) {
    ++looks_;
    ++under_way_;
    held_ += held ? 1 : 0;
    if (now < floor_) {
        blame(now, "a look began below the floor");
    }
    if (deadline <= now) {
        blame(now, "a look began that has no time");
    }
    if (keys.empty()) {
        blame(now, "a look at no key began");
    }
    if (looks_under_way_.size() <= number) {
        looks_under_way_.resize(number + 1);
    }
    look_watch& begun = looks_under_way_[number];
    begun.held = held;
    begun.keys.clear();
    for (const auto key : keys) {
        room_watch& room = rooms_[key];
        begun.keys.emplace_back(key, room.epoch);
        if (room.waiters == 0) {
            blame(now, "a look began at a key that nobody waits for");
        }
        if (++(held ? room.held : room.ordinary) > 1) {
            blame(now, held ? "a key has two held looks" : "a key has two ordinary looks");
        }
    }
    check_rate(now);
}

void inspector::look_ends(std::uint32_t number) {
    const look_watch& done = looks_under_way_[number];
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
        blame(now, "looks exceed the configured rate");
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
    same(engine.in_flight, under_way_, "looks under way");
    same(engine.held, held_, "held looks");
    same(engine.polls, looks_, "polls");
    if (under_way_ > std::max<std::size_t>(options_.places, 1)) {
        blame(now, "more looks under way than places");
    }
    if (held_ > options_.held_places) {
        blame(now, "more held looks than allowed");
    }
}

void inspector::compare_at_end(const wait_engine_metrics& engine, time_point now) {
    compare(engine, now);
    if (engine.waiters + engine.keys + engine.in_flight + engine.held + engine.queued != 0) {
        blame(now, "something is left behind");
    }
}

} // namespace roomport::sim
