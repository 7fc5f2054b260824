#include "allocation/engine.hpp"

#include "allocation/derived_names.hpp"
#include "common/time_arithmetic.hpp"

#include <algorithm>
#include <variant>

namespace roomport::allocation {
namespace {

constexpr std::size_t most_remembered = 10'000;

/// For a log: ids are checked at the front, what a platform calls its servers is not.
std::string printed(const std::string& key) {
    std::string text;
    for (const char each : key) {
        text += each > 0x20 && each < 0x7F ? each : '?';
    }
    return text;
}

} // namespace

class engine::room {
public:
    room(number its_number, std::string room_id, room_allocation::settings with)
        : which(its_number), id(std::move(room_id)), machine(std::move(with)) {}

    number which;
    std::string id;
    room_allocation machine;
    bool is_told = false;
    bool is_active = false;
    bool is_given_up = false;
    /// The server that is looked at; empty: none.
    std::string watched;
    time_point poll_at = time_point::max();
    duration poll_pause{};
    unsigned poll_failures = 0;
    /// Under which it stands in the index.
    time_point wake = time_point::max();
};

class engine::pending_record {
public:
    pending_record() = default;
    number which = 0;
    record what;
};

engine::engine(engine_settings with, allocator& vendor, journal& store, events to,
               std::function<time_point()> clock)
    : settings_(std::move(with)), vendor_(vendor), journal_(store), events_(std::move(to)),
      clock_(std::move(clock)),
      random_(settings_.room.seed), limits_{verb_limit(settings_.create),
                                            verb_limit(settings_.observe),
                                            verb_limit(settings_.list), verb_limit(settings_.stop)},
      reaper_(settings_.reaping), journal_made_at_(std::chrono::system_clock::now()) {
    settings_.room.platform = vendor_.platform();
}

engine::~engine() = default;

std::vector<engine::restored> engine::restore(const journal_content& content) {
    journal_made_at_ = content.made_at;
    std::map<std::string, unsigned> newest;
    for (const record& each : content.records) {
        if (each.what.owner == settings_.owner && each.what.app_id == settings_.app_id) {
            unsigned& last = newest[each.what.room_id];
            last = std::max(last, each.what.generation);
        }
    }
    std::vector<restored> wanted;
    for (const record& each : content.records) {
        const auto last = newest.find(each.what.room_id);
        if (each.what.owner != settings_.owner || each.what.app_id != settings_.app_id) {
            continue;
        }
        const bool is_newest = each.what.generation == last->second;
        if (each.state == record_state::ended) {
            if (is_newest && last_generation_.emplace(each.what.room_id, last->second).second) {
                remembered_.push_back(each.what.room_id);
            }
            continue;
        }
        const number which = next_number_++;
        room& one =
            *rooms_.emplace(which, std::make_unique<room>(which, each.what.room_id, settings_.room))
                 .first->second;
        one.is_told = true;
        if (is_newest) {
            by_id_[one.id] = which;
        }
        living_record& kept = living_[{each.what.room_id, each.what.generation}];
        kept.tag = intent_tag(each.what);
        kept.uuid = intent_uuid(each.what);
        kept.key = each.key;
        one.is_given_up = !is_newest || each.state == record_state::stopping;
        if (!one.is_given_up) {
            restored back;
            back.which = which;
            back.what = each.what;
            wanted.push_back(std::move(back));
        }
        one.machine.restore(each, !is_newest, now());
        carry_out(one);
    }
    next_reaping_ = later(now(), settings_.reaper_interval);
    events_.rearm();
    return wanted;
}

engine::number engine::create(const std::string& room_id, const std::string& region,
                              const std::string& config) {
    intent what;
    what.owner = settings_.owner;
    what.app_id = settings_.app_id;
    what.room_id = room_id;
    what.region = region;
    what.config = config;
    if (const auto before = by_id_.find(room_id); before != by_id_.end()) {
        what.generation = rooms_.at(before->second)->machine.wanted().generation + 1;
    } else if (const auto ended = last_generation_.find(room_id); ended != last_generation_.end()) {
        what.generation = ended->second + 1;
    }
    const number which = next_number_++;
    room& one = *rooms_.emplace(which, std::make_unique<room>(which, room_id, settings_.room))
                     .first->second;
    by_id_[room_id] = which;
    one.machine.begin(std::move(what), now());
    carry_out(one);
    events_.rearm();
    return which;
}

void engine::destroy(number which) {
    if (room* one = find(which)) {
        one->is_given_up = true;
        one->machine.destroy(now());
        carry_out(*one);
        events_.rearm();
    }
}

engine::room* engine::find(number which) const {
    const auto found = rooms_.find(which);
    return found == rooms_.end() ? nullptr : found->second.get();
}

/// Does what the room's machine has decided; the room may be over afterwards.
void engine::carry_out(room& one) {
    for (auto actions = one.machine.take_actions(); !actions.empty();
         actions = one.machine.take_actions()) {
        for (auto& action : actions) {
            std::visit([&](auto& each) { carry_out(one, each); }, action);
        }
    }
    settle(one);
}

void engine::settle(room& one) {
    if (!one.machine.is_over()) {
        index(one);
        return;
    }
    const number which = one.which;
    wakes_.erase({one.wake, which});
    if (const auto newest = by_id_.find(one.id);
        newest != by_id_.end() && newest->second == which) {
        if (last_generation_.insert_or_assign(one.id, one.machine.wanted().generation).second) {
            remembered_.push_back(one.id);
        }
        by_id_.erase(newest);
        if (remembered_.size() > most_remembered) {
            last_generation_.erase(remembered_.front());
            remembered_.pop_front();
        }
    }
    rooms_.erase(which);
    events_.over(which);
}

void engine::index(room& one) {
    const time_point wake =
        std::min(one.machine.next_wake().value_or(time_point::max()), one.poll_at);
    if (wake != one.wake) {
        wakes_.erase({one.wake, one.which});
        one.wake = wake;
        if (wake != time_point::max()) {
            wakes_.emplace(wake, one.which);
        }
    }
}

void engine::carry_out(room& one, write_record& action) {
    const std::pair<std::string, unsigned> name(one.id, action.what.what.generation);
    if (action.what.state == record_state::ended) {
        living_.erase(name);
    } else {
        living_record& kept = living_[name];
        if (kept.tag.empty()) {
            kept.tag = intent_tag(action.what.what);
            kept.uuid = intent_uuid(action.what.what);
        }
        kept.key = action.what.key;
    }
    pending_record waiting;
    waiting.which = one.which;
    waiting.what = std::move(action.what);
    pending_.push_back(std::move(waiting));
    write();
}

void engine::write() {
    if (is_writing_ || now() < next_write_) {
        return;
    }
    if (being_written_.empty()) {
        being_written_.assign(std::make_move_iterator(pending_.begin()),
                              std::make_move_iterator(pending_.end()));
        pending_.clear();
    }
    if (being_written_.empty()) {
        return;
    }
    is_writing_ = true;
    std::vector<record> records;
    records.reserve(being_written_.size());
    for (const pending_record& each : being_written_) {
        records.push_back(each.what);
    }
    journal_.commit(std::move(records),
                    [this, is_here = std::weak_ptr<bool>(is_here_)](const std::string& problem) {
                        if (is_here.lock()) {
                            written(problem);
                        }
                    });
}

void engine::written(const std::string& problem) {
    is_writing_ = false;
    if (problem.empty()) {
        if (!journal_problem_.empty()) {
            events_.log("the journal can be written again");
            journal_problem_.clear();
        }
        for (const pending_record& each : std::exchange(being_written_, {})) {
            if (room* one = find(each.which)) {
                one->machine.record_written(now());
                carry_out(*one);
            }
        }
    } else {
        ++counted_.journal_failures;
        if (journal_problem_.empty()) {
            events_.log("nothing can be written down: " + problem);
        }
        journal_problem_ = problem;
        next_write_ = later(now(), settings_.journal_pause);
        // It may last after all, so its end has to be written behind it.
        std::set<number> unwritten;
        for (const pending_record& each : being_written_) {
            unwritten.insert(each.which);
        }
        for (const pending_record& each : pending_) {
            unwritten.insert(each.which);
        }
        for (const number which : unwritten) {
            room* one = find(which);
            if (one != nullptr && !one->is_told && !one->is_given_up) {
                one->is_given_up = true;
                events_.not_written(which, problem);
                one->machine.destroy(now());
                carry_out(*one);
            }
        }
    }
    write();
    events_.rearm();
}

void engine::enqueue(verb which, std::function<void()> begin) {
    queued waiting;
    waiting.begin = std::move(begin);
    queues_.at(static_cast<std::size_t>(which)).push_back(std::move(waiting));
    pump(which);
}

void engine::pump(verb which) {
    auto& waiting = queues_.at(static_cast<std::size_t>(which));
    while (!waiting.empty() && limit(which).is_free(now())) {
        const auto begin = std::move(waiting.front().begin);
        waiting.pop_front();
        begin();
    }
}

void engine::pump() {
    for (const verb which : {verb::create, verb::observe, verb::list, verb::stop}) {
        pump(which);
    }
}

void engine::verb_ended(verb which, const refused* how) {
    limit(which).end();
    if (how == nullptr) {
        credentials_problem_.clear();
    } else if (how->why == refusal_class::auth) {
        credentials_problem_ = how->reason;
    }
    if (how != nullptr && how->why == refusal_class::throttled) {
        ++counted_.throttled;
        if (how->not_before) {
            limit(which).raise_floor(*how->not_before);
        }
    }
}

void engine::carry_out(room& one, send_create& action) {
    enqueue(verb::create, [this, which = one.which, what = std::move(action.what)] {
        room* asked = find(which);
        if (asked == nullptr) {
            return;
        }
        if (asked->is_given_up) {
            // It still stood in the queue: surely not sent.
            refused how;
            how.why = refusal_class::retry;
            asked->machine.create_ended(how, now());
            carry_out(*asked);
            return;
        }
        limit(verb::create).begin(now());
        ++counted_.creates_sent;
        vendor_.create(what, [this, which,
                              is_here = std::weak_ptr<bool>(is_here_)](const create_outcome& how) {
            if (!is_here.lock()) {
                return;
            }
            const auto* no = std::get_if<refused>(&how);
            verb_ended(verb::create, no);
            if (no != nullptr) {
                counted_.capacity_refusals += no->why == refusal_class::no_capacity ? 1 : 0;
                counted_.unknown_outcomes += no->why == refusal_class::unknown_outcome ? 1 : 0;
            }
            if (room* answered = find(which)) {
                if (no != nullptr && no->why != refusal_class::no_capacity) {
                    events_.log("room " + answered->id + ": a create failed: " + no->reason);
                }
                answered->machine.create_ended(how, now());
                carry_out(*answered);
            }
            pump(verb::create);
            events_.rearm();
        });
    });
}

void engine::carry_out(room& one, send_find& action) {
    enqueue(verb::list, [this, which = one.which, what = std::move(action.what)] {
        limit(verb::list).begin(now());
        vendor_.find(
            what, [this, which, is_here = std::weak_ptr<bool>(is_here_)](const find_outcome& how) {
                if (!is_here.lock()) {
                    return;
                }
                verb_ended(verb::list, std::get_if<refused>(&how));
                if (room* answered = find(which)) {
                    answered->machine.find_ended(how, now());
                    carry_out(*answered);
                }
                pump(verb::list);
                events_.rearm();
            });
    });
}

void engine::carry_out(room& one, send_stop& action) {
    enqueue(verb::stop, [this, which = one.which, key = std::move(action.key)] {
        limit(verb::stop).begin(now());
        vendor_.stop(key, [this, which, key,
                           is_here = std::weak_ptr<bool>(is_here_)](const stop_answer& how) {
            if (!is_here.lock()) {
                return;
            }
            limit(verb::stop).end();
            if (how.not_before) {
                limit(verb::stop).raise_floor(*how.not_before);
            }
            if (room* answered = find(which)) {
                if (how.how != stop_outcome::done) {
                    events_.log("room " + answered->id + ": server " + printed(key) +
                                " was not stopped: " + how.reason);
                }
                answered->machine.stop_ended(key, how.how, now());
                carry_out(*answered);
            }
            pump(verb::stop);
            events_.rearm();
        });
    });
}

void engine::carry_out(room& one, watch_server& action) {
    one.watched = std::move(action.key);
    one.poll_pause = settings_.first_poll_pause;
    one.poll_failures = 0;
    one.poll_at = now();
    events_.accepted(one.which);
}

void engine::carry_out(room& one, unwatch_server& /*action*/) {
    one.watched.clear();
    one.poll_at = time_point::max();
}

void engine::carry_out(room& one, probe_server& action) {
    // There is no second stage yet: whoever runs the engine must not ask for one.
    one.machine.became_playable(action.key, now());
}

void engine::carry_out(room& one, tell_room& action) {
    one.is_told = true;
    one.is_active = action.state == room_state::ready;
    one.is_given_up = one.is_given_up || action.state == room_state::gone;
    events_.told(one.which, action);
}

void engine::poll(room& one) {
    one.poll_at = time_point::max();
    enqueue(verb::observe, [this, which = one.which, key = one.watched] {
        const room* asked = find(which);
        if (asked == nullptr || asked->watched != key) {
            return;
        }
        limit(verb::observe).begin(now());
        vendor_.observe(key, [this, which, key,
                              is_here = std::weak_ptr<bool>(is_here_)](const observe_outcome& how) {
            if (!is_here.lock()) {
                return;
            }
            verb_ended(verb::observe, std::get_if<refused>(&how));
            observed(which, key, how);
            pump(verb::observe);
            events_.rearm();
        });
    });
}

void engine::observed(number which, const std::string& key, const observe_outcome& how) {
    room* one = find(which);
    if (one == nullptr || one->watched != key) {
        return;
    }
    duration pause = one->is_active ? settings_.active_poll_pause : one->poll_pause;
    if (const auto* seen = std::get_if<server_observation>(&how)) {
        one->poll_failures = 0;
        one->machine.observed(key, *seen, now());
        one->poll_pause = std::min(one->poll_pause * 3 / 2, settings_.longest_poll_pause);
    } else {
        if (one->poll_failures++ == 0) {
            events_.log("room " + one->id + ": a look at server " + printed(key) +
                        " failed: " + std::get<refused>(how).reason);
        }
        pause = std::max(pause, failure_pause(one->poll_failures, random_));
    }
    // A tenth of jitter, so that rooms that began together do not stay together.
    one->poll_at = later(now(), pause - random_.up_to(pause / 10));
    carry_out(*one);
    one = find(which);
    if (one != nullptr && one->watched.empty()) {
        one->poll_at = time_point::max();
        index(*one);
    }
}

void engine::reap() {
    if (is_reaping_) {
        return;
    }
    is_reaping_ = true;
    enqueue(verb::list, [this] {
        // Before the list is asked for: what is made in between is too young to be an orphan.
        journal_view view;
        view.age = std::chrono::duration_cast<duration>(std::chrono::system_clock::now() -
                                                        journal_made_at_);
        for (const auto& [name, one] : living_) {
            if (one.key.empty()) {
                // Each platform carries one of them.
                view.open_tags.insert(one.tag);
                view.open_tags.insert(one.uuid);
            } else {
                view.living_keys.insert(one.key);
            }
        }
        limit(verb::list).begin(now());
        vendor_.list(settings_.owner,
                     [this, view = std::move(view),
                      is_here = std::weak_ptr<bool>(is_here_)](const list_outcome& how) {
                         if (!is_here.lock()) {
                             return;
                         }
                         verb_ended(verb::list, std::get_if<refused>(&how));
                         judge(view, how);
                         is_reaping_ = false;
                         next_reaping_ = later(now(), settings_.reaper_interval);
                         pump(verb::list);
                         events_.rearm();
                     });
    });
}

void engine::judge(const journal_view& view, const list_outcome& how) {
    const auto* all = std::get_if<listed>(&how);
    if (all == nullptr) {
        events_.log("the list of servers could not be had: " + std::get<refused>(how).reason);
        return;
    }
    const auto round = reaper_.judge(view, all->servers, now());
    for (const std::string& key : round.told) {
        ++counted_.orphans_told;
        events_.log("server " + printed(key) + " belongs to no room, and is left alone");
    }
    for (const std::string& key : round.stops) {
        ++counted_.orphans_stopped;
        events_.log("server " + printed(key) + " belongs to no room, and is stopped");
        enqueue(verb::stop, [this, key] {
            limit(verb::stop).begin(now());
            // One that could not be stopped is found again in the next round.
            vendor_.stop(key, [this, is_here = std::weak_ptr<bool>(is_here_)](const stop_answer&) {
                if (is_here.lock()) {
                    limit(verb::stop).end();
                    pump(verb::stop);
                    events_.rearm();
                }
            });
        });
    }
}

void engine::advance() {
    const time_point current = now();
    write();
    while (!wakes_.empty() && wakes_.begin()->first <= current) {
        room& one = *rooms_.at(wakes_.begin()->second);
        if (one.poll_at <= current) {
            poll(one);
        }
        one.machine.advance(current);
        carry_out(one);
    }
    if (next_reaping_ <= current) {
        next_reaping_ = time_point::max();
        reap();
    }
    pump();
    events_.rearm();
}

std::optional<time_point> engine::next_wake() const {
    time_point wake = next_reaping_;
    if (!wakes_.empty()) {
        wake = std::min(wake, wakes_.begin()->first);
    }
    if (!is_writing_ && (!being_written_.empty() || !pending_.empty())) {
        wake = std::min(wake, next_write_);
    }
    for (const verb which : {verb::create, verb::observe, verb::list, verb::stop}) {
        if (!queues_.at(static_cast<std::size_t>(which)).empty() && !limit(which).is_full()) {
            wake = std::min(wake, limit(which).next());
        }
    }
    return wake == time_point::max() ? std::nullopt : std::optional(wake);
}

engine_numbers engine::numbers() const {
    engine_numbers result = counted_;
    for (const auto& [which, one] : rooms_) {
        if (one->is_given_up) {
            ++result.ending;
        } else if (one->is_active) {
            ++result.active;
        } else {
            ++result.starting;
        }
    }
    return result;
}

} // namespace roomport::allocation
