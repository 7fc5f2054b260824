#pragma once

#include "wait/wait_state.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace roomport::wait_detail {

/// Makes observations for tests.
inline observation starting(duration hold_limit = {}, bool held = false) {
    observation seen;
    seen.state = observed_state::starting;
    seen.status = "starting";
    seen.http_status = 200;
    seen.hold_limit = hold_limit;
    seen.held = held;
    return seen;
}

inline observation ready(std::int32_t port = 7777) {
    observation seen;
    seen.state = observed_state::ready;
    seen.status = "active";
    seen.http_status = 200;
    seen.exposed_port.host = "host.example";
    seen.exposed_port.port = port;
    return seen;
}

inline observation failed(error_code ec, bool held = false) {
    observation seen;
    seen.error = ec;
    seen.held = held;
    return seen;
}

inline observation failed_status(int status) {
    observation seen;
    seen.error = make_http_status_error(status);
    seen.http_status = status;
    if (status == 404 || status == 410) {
        seen.state = observed_state::gone;
    }
    return seen;
}

/// The state machine on a virtual clock, with a log of what it asks for; times are milliseconds since the beginning.
class wait_script final : public wait_actions {
public:
    struct begun_poll {
        poll_id id = 0;
        std::string key;
        duration hold{};
        duration deadline{};
        bool is_batch = false;
    };

    struct ended_wait {
        error_code ec;
        wait_result result;
        duration at{};
    };

    explicit wait_script(wait_engine_options options = make_options())
        : state(std::make_unique<wait_state>(options, *this)) {}

    static wait_engine_options make_options() {
        wait_engine_options options;
        options.seed = 1;
        options.cadence = fixed_cadence(std::chrono::seconds(1));
        return options;
    }

    static wait_options timeout(duration length) {
        wait_options options;
        options.timeout = length;
        return options;
    }

    waiter& start(const std::string& key, wait_options options) {
        const auto created = options.created_at;
        waiters.push_back(std::make_unique<waiter>(make_settings(std::move(options)), now()));
        waiter& wait = *waiters.back();
        names[&wait] = key;
        state->offer(batch, hold_limit);
        state->start(wait, key, now(), created);
        return wait;
    }

    void cancel(waiter& wait) {
        state->offer(batch, hold_limit);
        state->cancel(wait, now());
    }

    /// Moves the clock, doing on the way what time asks for.
    void run_until(duration end) {
        for (auto wake = state->next_wake(); wake && *wake <= begin + end;
             wake = state->next_wake()) {
            elapsed = std::max(elapsed, *wake - begin);
            state->offer(batch, hold_limit);
            state->advance(now());
        }
        elapsed = end;
    }

    /// Answers the oldest poll of `key` that is under way.
    void answer(const std::string& key, observation seen) {
        for (auto poll = polls.begin(); poll != polls.end(); ++poll) {
            if (poll->key == key) {
                const poll_id id = poll->id;
                polls.erase(poll);
                state->offer(batch, hold_limit);
                state->observed(id, seen, now());
                return;
            }
        }
        log.push_back("no poll of " + key + " to answer");
    }

    /// Answers the oldest poll of many keys that is under way.
    void answer_batch(batch_observation seen) {
        for (auto poll = polls.begin(); poll != polls.end(); ++poll) {
            if (poll->is_batch) {
                const poll_id id = poll->id;
                polls.erase(poll);
                state->offer(batch, hold_limit);
                state->observed_many(id, seen, now());
                return;
            }
        }
        log.push_back("no poll of many keys to answer");
    }

    bool is_done(const waiter& wait) const { return ended.count(&wait) != 0; }
    const ended_wait& end_of(const waiter& wait) const { return ended.at(&wait); }
    const wait_evidence& evidence_of(const waiter& wait) const {
        return end_of(wait).result.evidence;
    }

    /// The log since the last call.
    std::vector<std::string> take_log() { return std::exchange(log, {}); }

    time_point now() const { return begin + elapsed; }

    void start_batch_poll(poll_id id, std::span<const std::string_view> keys, duration hold,
                          time_point deadline) override {
        std::string all;
        for (const auto key : keys) {
            all += (all.empty() ? "" : "+") + std::string(key);
        }
        start_poll(id, all, hold, deadline);
        polls.back().is_batch = true;
    }

    void start_poll(poll_id id, std::string_view key, duration hold, time_point deadline) override {
        if (polls_that_fail > 0) {
            --polls_that_fail;
            throw std::runtime_error("no poll");
        }
        polls.push_back({id, std::string(key), hold, deadline - begin, false});
        std::string line = at() + "poll " + std::string(key);
        if (hold > duration::zero()) {
            line += " hold " + milliseconds(hold);
        }
        log.push_back(line + " until " + milliseconds(deadline - begin));
    }

    void cancel_poll(poll_id id) override {
        for (const auto& poll : polls) {
            if (poll.id == id) {
                log.push_back(at() + "cancel poll " + poll.key);
                return;
            }
        }
        log.push_back(at() + "cancel of a poll that is not under way");
    }

    void complete(waiter& wait, error_code ec, wait_result result) override {
        if (ends_that_fail > 0) {
            --ends_that_fail;
            throw std::bad_alloc();
        }
        std::string line = at() + "done " + names.at(&wait) + " ";
        line += ec.failed() ? std::string(word(classify(ec))) : "ready";
        if (ended.count(&wait) != 0) {
            line += " again";
        }
        log.push_back(line);
        ended.insert_or_assign(&wait, ended_wait{ec, std::move(result), elapsed});
    }

    void caught(std::exception_ptr thrown) override {
        try {
            std::rethrow_exception(thrown);
        } catch (const std::exception& known) {
            log.push_back(at() + "caught " + known.what());
        }
    }

    static std::string milliseconds(duration length) {
        return std::to_string(
            std::chrono::duration_cast<std::chrono::milliseconds>(length).count());
    }
    std::string at() const { return milliseconds(elapsed) + " "; }

    /// What the observer would offer.
    batch_terms batch;
    duration hold_limit{};
    /// How many of the next polls can't begin, and how many of the next ends of waits can't be told.
    unsigned polls_that_fail = 0;
    unsigned ends_that_fail = 0;
    const time_point begin = time_point() + std::chrono::hours(1000);
    duration elapsed{};
    std::deque<begun_poll> polls;
    std::vector<std::string> log;
    std::map<const waiter*, ended_wait> ended;
    std::map<const waiter*, std::string> names;
    std::vector<std::unique_ptr<waiter>> waiters;
    std::unique_ptr<wait_state> state;
};

using lines = std::vector<std::string>;

} // namespace roomport::wait_detail
