#pragma once

#include "wait/wait_state.hpp"

#include <chrono>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
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
class wait_script {
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
        : state(std::make_unique<wait_state>(options)) {}

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
        carry_out_actions();
        return wait;
    }

    void cancel(waiter& wait) {
        state->offer(batch, hold_limit);
        state->cancel(wait, now());
        carry_out_actions();
    }

    void cancel_all() {
        state->cancel_all(now());
        carry_out_actions();
    }

    /// Moves the clock, doing on the way what time asks for.
    void run_until(duration end) {
        for (auto wake = state->next_wake(); wake && *wake <= begin + end;
             wake = state->next_wake()) {
            elapsed = std::max(elapsed, *wake - begin);
            state->offer(batch, hold_limit);
            state->advance(now());
            carry_out_actions();
        }
        elapsed = end;
    }

    /// Answers the oldest poll of `key` that is under way.
    void answer(const std::string& key, observation seen) {
        for (auto poll = polls.begin(); poll != polls.end(); ++poll) {
            if (poll->key == key) {
                const poll_id id = poll->id;
                polls.erase(poll);
                answer(id, seen);
                return;
            }
        }
        log.push_back("no poll of " + key + " to answer");
    }

    void answer(poll_id id, const observation& seen) {
        state->offer(batch, hold_limit);
        state->observed(id, seen, now());
        carry_out_actions();
    }

    /// Answers the oldest poll of many keys that is under way.
    void answer_batch(batch_observation seen) {
        for (auto poll = polls.begin(); poll != polls.end(); ++poll) {
            if (poll->is_batch) {
                const poll_id id = poll->id;
                polls.erase(poll);
                state->offer(batch, hold_limit);
                state->observed_many(id, seen, now());
                carry_out_actions();
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

    static std::string milliseconds(duration length) {
        return std::to_string(
            std::chrono::duration_cast<std::chrono::milliseconds>(length).count());
    }
    std::string at() const { return milliseconds(elapsed) + " "; }

    /// What the observer would offer.
    batch_terms batch;
    duration hold_limit{};
    /// How many of the next polls can't begin.
    unsigned polls_that_fail = 0;
    const time_point begin = time_point() + std::chrono::hours(1000);
    duration elapsed{};
    std::deque<begun_poll> polls;
    std::vector<std::string> log;
    std::map<const waiter*, ended_wait> ended;
    std::map<const waiter*, std::string> names;
    std::vector<std::unique_ptr<waiter>> waiters;
    std::unique_ptr<wait_state> state;

private:
    void carry_out_actions() {
        while (auto action = state->next_action()) {
            std::visit([this](const auto& wanted) { carry_out(wanted); }, *action);
        }
    }

    void carry_out(const start_poll& wanted) {
        if (polls_that_fail > 0) {
            --polls_that_fail;
            state->start_failed(wanted.poll, std::make_exception_ptr(std::runtime_error("no poll")),
                                now());
            return;
        }
        std::string all;
        for (const auto key : wanted.keys) {
            all += (all.empty() ? "" : "+") + std::string(key);
        }
        polls.push_back({wanted.poll, all, wanted.hold, wanted.deadline - begin, wanted.is_batch});
        std::string line = at() + "poll " + all;
        if (wanted.hold > duration::zero()) {
            line += " hold " + milliseconds(wanted.hold);
        }
        log.push_back(line + " until " + milliseconds(wanted.deadline - begin));
    }

    void carry_out(const cancel_poll& wanted) {
        for (const auto& poll : polls) {
            if (poll.id == wanted.poll) {
                log.push_back(at() + "cancel poll " + poll.key);
                return;
            }
        }
        log.push_back(at() + "cancel of a poll that is not under way");
    }

    void carry_out(const report_progress& wanted) {
        try {
            wanted.report->tell();
        } catch (...) {
            carry_out(exception_caught{std::current_exception()});
        }
    }

    void carry_out(const complete_wait& wanted) {
        waiter& wait = *wanted.over;
        auto outcome = wait.take_outcome(now());
        std::string line = at() + "done " + names.at(&wait) + " ";
        line += outcome.ec.failed() ? std::string(word(classify(outcome.ec))) : "ready";
        if (ended.count(&wait) != 0) {
            line += " again";
        }
        log.push_back(line);
        ended.insert_or_assign(&wait, ended_wait{outcome.ec, std::move(outcome.result), elapsed});
    }

    void carry_out(const exception_caught& wanted) {
        try {
            std::rethrow_exception(wanted.thrown);
        } catch (const std::exception& known) {
            log.push_back(at() + "caught " + known.what());
        }
    }
};

using lines = std::vector<std::string>;

} // namespace roomport::wait_detail
