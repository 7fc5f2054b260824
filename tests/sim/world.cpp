#include "sim/world.hpp"

#include "sim/informed_cadence.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <variant>

namespace roomport::sim {
namespace {

using namespace std::chrono_literals;

constexpr int most_wakes_without_progress = 1000;

duration to_duration(double seconds) {
    return duration(static_cast<duration::rep>(seconds * 1e9));
}

double to_seconds(duration length) {
    return std::chrono::duration<double>(length).count();
}

/// A wait that ends at its deadline may miss a room that became ready so shortly before: the engine takes a poll to
/// serve the deadlines of one and a half round trips, each of which it takes for up to thrice the first one.
duration too_late_to_be_seen(const world_options& options) {
    return 6 * (options.latency + 2 * options.jitter) + 2 * options.tick + 20ms;
}

wait_engine_options engine_options(const world_options& options) {
    wait_engine_options engine;
    engine.seed = options.seed;
    engine.max_in_flight = options.places;
    engine.max_held = options.held_places;
    engine.max_rate = options.rate;
    engine.tick = options.tick;
    if (options.policy == "learned") {
        engine.cadence = learned_cadence();
    } else if (options.policy == "informed") {
        engine.cadence = informed_cadence(start_law::find(options.law));
    } else if (options.policy == "exponential") {
        engine.cadence = exponential_cadence();
    } else {
        double seconds = 0;
        const char* end = options.policy.data() + options.policy.size();
        const auto [stop, error] = std::from_chars(options.policy.data(), end, seconds);
        if (error != std::errc() || stop != end || !(seconds > 0)) {
            throw std::invalid_argument("there is no policy named '" + options.policy + "'");
        }
        engine.cadence = fixed_cadence(to_duration(seconds));
    }
    return engine;
}

} // namespace

struct world::simulated_wait final : wait_detail::waiter {
    simulated_wait(wait_detail::settings_pointer settings, std::uint32_t of_room, time_point at)
        : waiter(std::move(settings), at), room(of_room), began(at) {}

    std::uint32_t room;
    time_point began;
    bool is_begun = false;
    bool is_done = false;
    bool is_asked_to_leave = false;
    bool counts = true;
};

world::world(const world_options& options, log_sink log)
    : options_(options), law_(start_law::find(options.law)),
      later_law_(start_law::find(options.later_law.empty() ? options.law : options.later_law)),
      log_(std::move(log)), now_(begin_), random_(options.seed ^ 0x3013dU),
      server_(options_, begin_), inspector_(options_, begin_), is_told_ready_(options.rooms),
      is_told_gone_(options.rooms), state_(engine_options(options_)) {
    state_.offer(terms(), {});
    populate();
}

world::~world() = default;

void world::populate() {
    server_.rooms.resize(options_.rooms);
    names_.reserve(options_.rooms);
    time_point next = begin_;
    for (std::uint32_t room = 0; room < options_.rooms; ++room) {
        names_.push_back(std::to_string(room));
        simulated_room& one = server_.rooms[room];
        one.created = next - random_.up_to(options_.head_start);
        const bool is_later = options_.law_change > 0s && next - begin_ >= options_.law_change;
        one.ready_at = one.created + to_duration((is_later ? later_law_ : law_).draw(random_));
        if (uniform(random_) < options_.never_ready_share) {
            one.ready_at = time_point::max();
        }
        if (uniform(random_) < options_.gone_share) {
            one.gone_at = next + random_.up_to(options_.deadline);
        }
        add_waits(room, next);
        if (options_.arrivals > 0) {
            next += to_duration(-std::log1p(-uniform(random_)) / options_.arrivals);
        }
    }
    if (options_.cancel_all_at > 0s) {
        events_.add(begin_ + options_.cancel_all_at, event::kind::cancel_all, 0);
    }
}

void world::add_waits(std::uint32_t room, time_point first) {
    for (std::size_t number = 0; number < options_.waiters; ++number) {
        wait_options how;
        const auto shorter = to_duration(to_seconds(options_.deadline) * options_.deadline_spread);
        how.timeout = std::max<duration>(1ms, options_.deadline - random_.up_to(shorter));
        how.request_timeout = options_.request_timeout;
        how.not_found_grace = options_.not_found_grace;
        how.max_failures = options_.max_failures;
        const time_point at = number == 0 ? first : first + random_.up_to(options_.join_spread);
        waits_.emplace_back(settings_.find_or_make(how), room, at);
        simulated_wait& wait = waits_.back();
        wait.counts = room >= options_.warm_up;
        const std::size_t index = waits_.size() - 1;
        events_.add(at, event::kind::join, index);
        if (uniform(random_) < options_.cancelled_share) {
            events_.add(at + random_.up_to(how.timeout), event::kind::leave, index);
        }
    }
}

run_report world::run() {
    int wakes_without_progress = 0;
    for (;;) {
        const auto wake = state_.next_wake();
        if (events_.empty() && !wake) {
            break;
        }
        if (wake && (events_.empty() || *wake <= events_.next())) {
            wakes_without_progress = *wake <= now_ ? wakes_without_progress + 1 : 0;
            if (wakes_without_progress > most_wakes_without_progress) {
                inspector_.blame(now_, "the engine asks to be woken again and again");
                break;
            }
            wake_engine(*wake);
        } else {
            const event next = events_.take();
            now_ = std::max(now_, next.at);
            handle(next);
        }
        carry_out_actions();
        ++report_.events;
        inspector_.compare(state_.metrics(now_), now_);
        if (inspector_.problems().size() > 5) {
            break;
        }
    }
    for (const auto& wait : waits_) {
        if (!wait.is_done && inspector_.problems().empty()) {
            inspector_.blame(now_, "a wait never ended");
        }
    }
    inspector_.compare_at_end(state_.metrics(now_), now_);
    report_.elapsed = now_ - begin_;
    report_.refusals = server_.refusals();
    report_.problems = inspector_.problems();
    return std::move(report_);
}

void world::wake_engine(time_point at) {
    now_ = std::max(now_, at + random_.up_to(options_.timer_lateness));
    if (!events_.empty() && events_.next() < now_) {
        now_ = std::max(at, events_.next());
    }
    state_.advance(now_);
}

void world::handle(const event& next) {
    switch (next.what) {
    case event::kind::join:
        begin_wait(waits_[next.index]);
        return;
    case event::kind::leave: {
        simulated_wait& wait = waits_[next.index];
        if (wait.is_begun && !wait.is_done) {
            wait.is_asked_to_leave = true;
            state_.cancel(wait, now_);
            carry_out_actions();
            if (!wait.is_done) {
                inspector_.blame(now_, "a cancelled wait goes on");
            }
        }
        return;
    }
    case event::kind::cancel_all:
        for (auto& wait : waits_) {
            wait.is_asked_to_leave |= wait.is_begun && !wait.is_done;
        }
        state_.cancel_all(now_);
        return;
    default:
        break;
    }
    simulated_poll& poll = polls_[next.index];
    if (!poll.under_way || poll.generation != next.generation) {
        return;
    }
    switch (next.what) {
    case event::kind::request:
        receive(poll, next.index);
        break;
    case event::kind::release:
        release(poll, next.index);
        break;
    case event::kind::answer:
        deliver(poll, next.index);
        break;
    default:
        give_up(poll, next.index);
        break;
    }
}

void world::begin_wait(simulated_wait& wait) {
    wait.is_begun = true;
    inspector_.add_waiter(wait.room);
    note("wait", wait.room);
    std::optional<time_point> created;
    if (options_.is_age_known) {
        created = server_.rooms[wait.room].created;
    }
    state_.start(wait, names_[wait.room], now_, created);
}

void world::carry_out_actions() {
    while (auto action = state_.next_action()) {
        std::visit([this](const auto& wanted) { carry_out(wanted); }, *action);
    }
}

void world::carry_out(const wait_detail::report_progress& /*wanted*/) {
    inspector_.blame(now_, "progress is reported that nobody asked for");
}

void world::carry_out(const wait_detail::complete_wait& wanted) {
    auto& mine = static_cast<simulated_wait&>(*wanted.over);
    const auto [ec, result] = mine.take_outcome(now_);
    if (mine.is_done || !mine.is_begun) {
        inspector_.blame(now_, "a wait ended twice, or before it began");
        return;
    }
    mine.is_done = true;
    inspector_.remove_waiter(mine.room);
    note(ec.failed() ? "end" : "ready", mine.room);
    check_end_of(mine, ec, result);
    if (!ec.failed()) {
        ++report_.ready;
        if (mine.counts) {
            const time_point since = std::max(mine.began, server_.rooms[mine.room].ready_at);
            report_.delays.push_back(to_seconds(now_ - since));
            report_.lengths.push_back(to_seconds(now_ - mine.began));
        }
    } else if (ec == error_code(error::deadline_passed)) {
        ++report_.timed_out;
    } else if (ec == error_code(boost::asio::error::operation_aborted)) {
        ++report_.cancelled;
    } else {
        ++report_.failed;
    }
}

void world::check_end_of(const simulated_wait& wait, error_code ec, const wait_result& result) {
    const simulated_room& room = server_.rooms[wait.room];
    if (now_ > wait.deadline() + options_.timer_lateness) {
        inspector_.blame(now_, "a wait outlived its deadline");
    }
    if (!ec.failed()) {
        if (!is_told_ready_[wait.room] || now_ < room.ready_at) {
            inspector_.blame(now_, "a room was taken for ready before the server said so");
        }
        if (result.exposed_port.port != static_cast<std::int32_t>(1 + wait.room % 65535)) {
            inspector_.blame(now_, "a wait got another room's port");
        }
        return;
    }
    if (ec == error_code(boost::asio::error::operation_aborted)) {
        if (!wait.is_asked_to_leave) {
            inspector_.blame(now_, "a wait was cancelled that nobody cancelled");
        }
        return;
    }
    if (ec == error_code(error::deadline_passed)) {
        if (now_ < wait.deadline()) {
            inspector_.blame(now_, "a wait ended before its deadline");
        }
        const time_point visible = std::max(room.ready_at, wait.began);
        if (options_.is_calm && visible < wait.deadline() - too_late_to_be_seen(options_)) {
            inspector_.blame(now_,
                             "a room that was ready in time was missed: " + names_[wait.room]);
        }
        return;
    }
    if (options_.is_calm) {
        inspector_.blame(now_, "a wait failed in calm weather: " + ec.message());
    } else if (ec == errc::room_gone && !is_told_gone_[wait.room]) {
        inspector_.blame(now_, "a room was taken for gone before the server said so");
    }
}

void world::carry_out(const wait_detail::exception_caught& wanted) {
    try {
        std::rethrow_exception(wanted.thrown);
    } catch (const std::exception& known) {
        inspector_.blame(now_, std::string("something threw: ") + known.what());
    }
}

void world::note(const char* what, std::uint64_t which) {
    const auto mix = [this](std::uint64_t value) {
        report_.fingerprint = (report_.fingerprint ^ value) * 1099511628211U;
    };
    mix(static_cast<std::uint64_t>(now_.time_since_epoch().count()));
    mix(static_cast<std::uint64_t>(what[0]));
    mix(which);
    if (log_) {
        log_(std::to_string(to_seconds(now_ - begin_)) + " " + what + " " + std::to_string(which));
    }
}

} // namespace roomport::sim
