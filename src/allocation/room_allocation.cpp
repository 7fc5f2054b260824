#include "allocation/room_allocation.hpp"

#include "common/time_arithmetic.hpp"

#include <algorithm>
#include <utility>

namespace roomport::allocation {
namespace {

// Credentials that were renewed are noticed this soon.
constexpr duration auth_pause = std::chrono::seconds(1);

// "Not found" counts only when said twice.
constexpr unsigned looks_for_unknown = 2;

} // namespace

room_allocation::room_allocation(settings with)
    : settings_(std::move(with)), random_(settings_.seed) {}

void room_allocation::begin(intent wanted, time_point now) {
    what_ = std::move(wanted);
    capacity_deadline_ = later(now, settings_.capacity_timeout);
    write(record_state::intended, {});
    write_then(step::record_sent);
}

void room_allocation::restore(const record& last, bool is_superseded, time_point now) {
    what_ = last.what;
    is_wanted_ = !is_superseded;
    capacity_deadline_ = later(now, settings_.capacity_timeout);
    // Who asked for it was told of it before the restart.
    is_told_ = true;
    switch (last.state) {
    case record_state::intended:
        record_sent(now);
        break;
    case record_state::sent:
        became_uncertain(looks_for_unknown);
        pause(settings_.unknown_delay, step::resolve, now);
        break;
    case record_state::allocated:
        key_ = last.key;
        was_alive_ = last.was_alive;
        was_active_ = last.was_active;
        accepted_at_ = now;
        follow(step::watch, now);
        break;
    case record_state::stopping:
        is_wanted_ = false;
        reason_ = last.reason;
        if (last.key.empty()) {
            became_uncertain(looks_for_unknown);
            pause(settings_.unknown_delay, step::resolve, now);
        } else {
            add_stop(last.key, std::nullopt, now);
            conclude(now);
        }
        break;
    case record_state::ended:
        phase_ = phase::over;
        break;
    }
}

void room_allocation::destroy(time_point now) {
    if (is_wanted_) {
        give_up("destroyed", now);
    }
}

/// Nobody wants the room any more; what was sent for it is not abandoned.
void room_allocation::give_up(const std::string& reason, time_point now) {
    tell_gone(reason);
    switch (phase_) {
    case phase::starting:
    case phase::active:
        leave_server(now);
        break;
    case phase::pausing:
        if (is_uncertain_) {
            write(record_state::stopping, {}, reason_);
        } else {
            conclude(now);
        }
        break;
    case phase::creating:
    case phase::finding:
        // A restart must not bring back what nobody wants.
        write(record_state::stopping, {}, reason_);
        break;
    default:
        break;
    }
}

void room_allocation::tell_gone(const std::string& reason,
                                std::optional<refusal_class> refused_as) {
    is_wanted_ = false;
    reason_ = reason;
    tell_room gone;
    gone.state = room_state::gone;
    gone.reason = reason_;
    gone.refused_as = refused_as;
    actions_.emplace_back(std::move(gone));
}

void room_allocation::leave_server(time_point now) {
    actions_.emplace_back(unwatch_server{key_});
    write(record_state::stopping, key_, reason_);
    write_then(step::stop);
    static_cast<void>(now);
}

void room_allocation::write(record_state state, const std::string& key, const std::string& reason) {
    write_for(what_, state, key, reason);
}

void room_allocation::write_for(const intent& what, record_state state, const std::string& key,
                                const std::string& reason) {
    write_record written;
    written.what.what = what;
    written.what.state = state;
    written.what.key = key;
    written.what.was_alive = was_alive_;
    written.what.was_active = was_active_;
    written.what.reason = reason;
    actions_.emplace_back(std::move(written));
    ++pending_writes_;
}

void room_allocation::write_then(step next) {
    phase_ = phase::writing;
    next_ = next;
}

void room_allocation::record_written(time_point now) {
    if (--pending_writes_ > 0 || phase_ != phase::writing) {
        return;
    }
    follow(std::exchange(next_, step::none), now);
}

void room_allocation::follow(step next, time_point now) {
    switch (next) {
    case step::none:
        break;
    case step::record_sent:
        record_sent(now);
        break;
    case step::create:
        create(now);
        break;
    case step::resolve:
        resolve(now);
        break;
    case step::watch:
        if (!is_wanted_) {
            write(record_state::stopping, key_, reason_);
            write_then(step::stop);
            break;
        }
        phase_ = phase::starting;
        actions_.emplace_back(watch_server{key_});
        break;
    case step::stop:
        add_stop(std::exchange(key_, {}), std::nullopt, now);
        conclude(now);
        break;
    case step::finish:
        phase_ = phase::over;
        break;
    }
}

void room_allocation::record_sent(time_point now) {
    if (!std::exchange(is_told_, true) && is_wanted_) {
        actions_.emplace_back(tell_room{});
    }
    if (!is_wanted_) {
        conclude(now);
        return;
    }
    write(record_state::sent, {});
    write_then(step::create);
}

void room_allocation::create(time_point now) {
    if (!is_wanted_) {
        conclude(now);
        return;
    }
    if (failures_ > 0 && capacity_deadline_ <= now) {
        fail(reason_.empty() ? "no server was free in time" : reason_, refusal_class::no_capacity,
             now);
        return;
    }
    phase_ = phase::creating;
    actions_.emplace_back(send_create{what_});
}

/// Finds out what became of a create whose outcome is not known.
void room_allocation::resolve(time_point now) {
    switch (settings_.platform.repeat) {
    case repeat_rule::same_server:
        if (is_wanted_ && capacity_deadline_ > now) {
            phase_ = phase::creating;
            actions_.emplace_back(send_create{what_});
            return;
        }
        break;
    case repeat_rule::find_first:
        break;
    case repeat_rule::never:
        is_uncertain_ = false;
        if (is_wanted_) {
            replace("the outcome of its creation is not known", false, now);
        } else {
            conclude(now);
        }
        return;
    }
    phase_ = phase::finding;
    actions_.emplace_back(send_find{what_});
}

void room_allocation::pause(duration length, step next, time_point now) {
    phase_ = phase::pausing;
    next_ = next;
    pause_ends_ = later(now, length);
}

void room_allocation::became_uncertain(unsigned looks) {
    is_uncertain_ = true;
    looks_left_ = std::max(looks_left_, looks);
}

void room_allocation::create_ended(const create_outcome& how, time_point now) {
    if (const auto* server = std::get_if<accepted>(&how)) {
        is_uncertain_ = false;
        looks_left_ = 0;
        adopt(server->key, now);
    } else {
        create_refused(std::get<refused>(how), now);
    }
}

void room_allocation::create_refused(const refused& how, time_point now) {
    if (!how.key_to_stop.empty()) {
        add_stop(how.key_to_stop, std::nullopt, now);
    }
    reason_ = is_wanted_ ? how.reason : reason_;
    ++failures_;
    duration length = failure_pause(failures_, random_);
    switch (how.why) {
    case refusal_class::unknown_outcome:
        became_uncertain(looks_for_unknown);
        length = settings_.unknown_delay;
        break;
    case refusal_class::no_capacity:
        if (!settings_.platform.is_no_capacity_proof) {
            became_uncertain(1);
        }
        break;
    case refusal_class::retry:
        break;
    case refusal_class::throttled:
        if (how.not_before) {
            length = std::max(length, *how.not_before - now);
        }
        break;
    case refusal_class::auth:
        if (!auth_refused_since_) {
            auth_refused_since_ = now;
        }
        if (now - *auth_refused_since_ >= settings_.auth_grace) {
            fail(how.reason, how.why, now);
            return;
        }
        length = auth_pause;
        break;
    case refusal_class::burnt:
        is_uncertain_ = false;
        if (is_wanted_) {
            replace(how.reason, false, now);
        } else {
            conclude(now);
        }
        return;
    case refusal_class::config:
    case refusal_class::quota:
    case refusal_class::request:
        fail(how.reason, how.why, now);
        return;
    }
    if (!is_wanted_ && !is_uncertain_) {
        conclude(now);
        return;
    }
    pause(length, is_uncertain_ ? step::resolve : step::create, now);
}

void room_allocation::find_ended(const find_outcome& how, time_point now) {
    const auto* keys = std::get_if<found>(&how);
    if (keys == nullptr) {
        pause(failure_pause(++failures_, random_), step::resolve, now);
        return;
    }
    if (keys->keys.empty()) {
        looks_left_ -= looks_left_ > 0 ? 1 : 0;
        if (looks_left_ > 0) {
            pause(settings_.unknown_delay, step::resolve, now);
            return;
        }
        is_uncertain_ = false;
        if (is_wanted_) {
            create(now);
        } else {
            conclude(now);
        }
        return;
    }
    is_uncertain_ = false;
    looks_left_ = 0;
    // One request can have given several; one of them is enough.
    for (std::size_t i = 1; i < keys->keys.size(); ++i) {
        add_stop(keys->keys[i], std::nullopt, now);
    }
    adopt(keys->keys.front(), now);
}

void room_allocation::adopt(const std::string& key, time_point now) {
    key_ = key;
    was_alive_ = false;
    was_active_ = false;
    is_probed_ = false;
    accepted_at_ = now;
    failures_ = 0;
    auth_refused_since_.reset();
    write(is_wanted_ ? record_state::allocated : record_state::stopping, key_,
          is_wanted_ ? std::string() : reason_);
    write_then(is_wanted_ ? step::watch : step::stop);
}

void room_allocation::mark_alive() {
    if (!was_alive_) {
        was_alive_ = true;
        write(record_state::allocated, key_);
    }
}

void room_allocation::observed(const std::string& key, const server_observation& seen,
                               time_point now) {
    const bool is_ours = key == key_ && (phase_ == phase::starting || phase_ == phase::active);
    if (!is_ours) {
        return;
    }
    switch (seen.state) {
    case server_state::starting:
        mark_alive();
        break;
    case server_state::allocated:
        if (phase_ == phase::active || is_probed_) {
            break;
        }
        endpoints_ = seen.endpoints;
        if (settings_.has_second_stage && !was_active_) {
            mark_alive();
            is_probed_ = true;
            actions_.emplace_back(probe_server{key_, endpoints_});
        } else {
            become_active();
        }
        break;
    case server_state::gone:
        if (was_active_) {
            tell_gone(seen.message.empty() ? "its server has ended" : seen.message);
            actions_.emplace_back(unwatch_server{std::exchange(key_, {})});
            conclude(now);
        } else if (was_alive_ || now - accepted_at_ > 2 * settings_.unknown_delay) {
            // A list may lag: one that was never seen gets the time to appear.
            replace(seen.message.empty() ? "its server has ended" : seen.message, false, now);
        }
        break;
    case server_state::failed:
        if (was_active_) {
            give_up(seen.message.empty() ? "its server has failed" : seen.message, now);
        } else {
            replace(seen.message.empty() ? "its server has failed" : seen.message, true, now);
        }
        break;
    }
}

void room_allocation::became_playable(const std::string& key, time_point now) {
    static_cast<void>(now);
    if (key == key_ && phase_ == phase::starting && is_probed_) {
        become_active();
    }
}

void room_allocation::become_active() {
    phase_ = phase::active;
    if (!was_active_) {
        was_alive_ = true;
        was_active_ = true;
        write(record_state::allocated, key_);
    }
    tell_room ready;
    ready.state = room_state::ready;
    ready.endpoints = endpoints_;
    actions_.emplace_back(std::move(ready));
}

/// Another server takes the place of one that never became playable.
void room_allocation::replace(const std::string& reason, bool is_stopped, time_point now) {
    if (!key_.empty()) {
        actions_.emplace_back(unwatch_server{key_});
    }
    if (replacements_ == settings_.most_replacements) {
        if (!is_stopped) {
            key_.clear();
        }
        tell_gone(reason);
        if (key_.empty()) {
            conclude(now);
        } else {
            write(record_state::stopping, key_, reason_);
            write_then(step::stop);
        }
        return;
    }
    const intent replaced = what_;
    const std::string left = std::exchange(key_, {});
    reason_ = reason;
    // The new one first: a restart between the two records must not lose the room.
    next_generation(now);
    write_for(replaced, is_stopped ? record_state::stopping : record_state::ended, left, reason);
    if (is_stopped) {
        add_stop(left, replaced, now);
    }
}

void room_allocation::next_generation(time_point now) {
    ++replacements_;
    ++what_.generation;
    capacity_deadline_ = later(now, settings_.capacity_timeout);
    failures_ = 0;
    was_alive_ = false;
    was_active_ = false;
    is_probed_ = false;
    looks_left_ = 0;
    write(record_state::intended, {});
    write_then(step::record_sent);
}

/// The room can't be had.
void room_allocation::fail(const std::string& reason, refusal_class why, time_point now) {
    if (is_wanted_) {
        tell_gone(reason, why);
    }
    if (is_uncertain_) {
        write(record_state::stopping, {}, reason_);
        pause(settings_.unknown_delay, step::resolve, now);
    } else {
        conclude(now);
    }
}

/// Nothing is to be asked for any more: over once everything is stopped.
void room_allocation::conclude(time_point now) {
    phase_ = phase::stopping;
    if (stops_.empty()) {
        write(record_state::ended, {}, reason_);
        write_then(step::finish);
        return;
    }
    send_stops(now);
}

void room_allocation::add_stop(const std::string& key, std::optional<intent> of, time_point now) {
    stop one;
    one.key = key;
    one.of = std::move(of);
    one.next_try = now;
    stops_.push_back(std::move(one));
    send_stops(now);
}

void room_allocation::send_stops(time_point now) {
    for (stop& one : stops_) {
        if (!one.is_under_way && one.next_try <= now) {
            one.is_under_way = true;
            actions_.emplace_back(send_stop{one.key});
        }
    }
}

void room_allocation::stop_ended(const std::string& key, stop_outcome how, time_point now) {
    const auto one = std::find_if(stops_.begin(), stops_.end(), [&](const stop& each) {
        return each.key == key && each.is_under_way;
    });
    if (one == stops_.end()) {
        return;
    }
    if (how == stop_outcome::failed) {
        one->is_under_way = false;
        one->next_try = later(now, failure_pause(++one->failures, random_));
        return;
    }
    if (one->of) {
        write_for(*one->of, record_state::ended, {}, {});
    }
    stops_.erase(one);
    if (phase_ == phase::stopping && stops_.empty()) {
        conclude(now);
    }
}

void room_allocation::advance(time_point now) {
    send_stops(now);
    if (phase_ == phase::pausing && pause_ends_ <= now) {
        follow(std::exchange(next_, step::none), now);
    } else if (is_awaited() && later(accepted_at_, settings_.start_timeout) <= now) {
        replace("it was not playable in time", true, now);
    }
}

std::optional<time_point> room_allocation::next_wake() const {
    std::optional<time_point> wake;
    const auto at = [&](time_point when) {
        wake = wake ? std::min(*wake, when) : when;
    };
    if (phase_ == phase::pausing) {
        at(pause_ends_);
    } else if (is_awaited()) {
        at(later(accepted_at_, settings_.start_timeout));
    }
    for (const stop& one : stops_) {
        if (!one.is_under_way) {
            at(one.next_try);
        }
    }
    return wake;
}

std::vector<room_action> room_allocation::take_actions() {
    return std::exchange(actions_, {});
}

} // namespace roomport::allocation
