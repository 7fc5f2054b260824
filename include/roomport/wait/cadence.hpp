#pragma once

#include <roomport/clock.hpp>
#include <roomport/export.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace roomport {

/// A number for keys whose start times follow one law; a policy gives it out.
using cadence_group = std::uint32_t;

/// What a cadence may know when it decides when to poll a key next that is starting.
struct cadence_input {
    /// The key, for a policy that tells keys apart in its own way.
    std::string_view key;
    /// What `cadence::group` answered for the key's group.
    cadence_group group = 0;
    /// How old the key is: since `wait_options::created_at`, or, where nobody said so, since its first waiter came.
    duration age{};
    /// Whether `age` counts from the key's creation.
    bool is_age_known = false;
    /// Good answers so far that left somebody waiting; 0 when a first poll is planned.
    unsigned polls = 1;
    /// From the beginning of the poll that was just answered until now: subtract it to keep a rhythm of beginnings.
    duration last_poll{};
    /// A random number, uniform over all values: the policy's only source of chance, so that a seed repeats a run.
    std::uint64_t random = 0;
};

/// What the engine's polls told about the time one key took to become ready.
struct start_time_sample {
    /// What `cadence::group` answered for the key's group.
    cadence_group group = 0;
    /// Whether the ages count from the key's creation.
    bool is_age_known = false;
    /// The greatest age at which the key is known to have been starting; zero when it never was seen so.
    duration after{};
    /// The age by which it was ready; `duration::max()` when nobody waited for that. Equal to `after` when a server
    /// told the time exactly.
    duration by{};
    /// How many keys were due and waited for their poll when this was seen, of those that belong to the same group and
    /// whose ages are known, or not known, like this one's; zero unless the engine's rate is short or its places are
    /// taken. Keys of like ages are then found one after the other, as they are ranked: the samples of so many keys are
    /// no independent draws in the order in which they come, though they are when taken together.
    std::size_t queued = 0;
};

/// What a cadence may know when it says how much a poll of a key would be worth.
struct urgency_input {
    /// What `cadence::group` answered for the key's group.
    cadence_group group = 0;
    /// Whether the ages count from the key's creation.
    bool is_age_known = false;
    /// The key's age at the last poll that found it starting; zero when there was none.
    duration last{};
    /// Its age now, not less than `last`.
    duration now{};
};

/// When to poll a key again that is still starting: a policy object.
///
/// Called on the engine's executor only, so that a policy given to one engine needs no lock; it must be quick and
/// must not wait. It decides only about ordinary polls: polls that failed are followed by the engine's own backoff,
/// a held answer that was honoured by the next one at once, and a poll may come earlier than planned to serve a
/// waiter whose deadline is near, or later when the engine's rate is short. Derive from it to plan polls in your own
/// way; only @ref pause must be written.
class cadence {
public:
    cadence() = default;
    cadence(const cadence&) = delete;
    cadence& operator=(const cadence&) = delete;
    virtual ~cadence() = default;

    /// How long to pause between the last answer and the next poll.
    ///
    /// Zero polls again at once, as soon as a place is free; less than zero is taken as zero. Should it throw, the
    /// pause is one second, and the exception leaves through the `run()` of the context.
    /// @param input what is known; valid during the call.
    virtual duration pause(const cadence_input& input) = 0;

    /// How long to pause before the first poll of a key that was just created. Asked only where the age is known; the
    /// first poll of any other key comes at once. By default: not at all.
    /// @param input what is known; `polls` is 0. Valid during the call.
    virtual duration first_pause(const cadence_input& input);

    /// Gives a group of keys its number, asked once a key. By default one number serves all.
    /// @param name `wait_options::group`; empty where none was given. Valid during the call.
    virtual cadence_group group(std::string_view name);

    /// Takes notice of what was seen of one key's start time: at most once a key, when it is ready or nobody waits any more.
    /// By default it is forgotten.
    virtual void learn(const start_time_sample& sample);

    /// How much waiting a poll would be expected to end, in seconds: what keys are ranked by when the engine may not
    /// send as many polls as are due. By default the time since the last poll.
    /// @param input what is known.
    virtual double urgency(const urgency_input& input);
};

/// Exponential growth with jitter: `first` · 1.5ⁿ at most `longest`, each pause drawn uniformly from its upper half.
///
/// The policy has no state, so one object may serve any number of engines. Thread-safe.
/// @param first   the first pause, more than zero; 250 ms by default.
/// @param longest the longest pause, at least `first`; 5 s by default. A year is the most.
/// @throws std::invalid_argument when one of them is out of range.
ROOMPORT_EXPORT std::shared_ptr<cadence>
exponential_cadence(duration first = std::chrono::milliseconds(250),
                    duration longest = std::chrono::seconds(5));

/// The same rhythm each time: polls begin one `interval` apart, or at once where an answer took longer.
///
/// The policy has no state, so one object may serve any number of engines. Thread-safe.
/// @param interval the pause between the beginning of two polls, more than zero.
/// @throws std::invalid_argument when it is not more than zero.
ROOMPORT_EXPORT std::shared_ptr<cadence> fixed_cadence(duration interval);

/// What a @ref learned_cadence is made with.
class learned_cadence_options {
public:
    learned_cadence_options() = default;

    /// What a poll costs, in waiting that it must be expected to save: less polls more often. More than zero, at most
    /// one minute. Default 100 ms.
    duration poll_cost = std::chrono::milliseconds(100);

    /// Groups that are learned apart; keys of further groups share one law. 1 to 65536; each takes some 28 or 56 KB
    /// once it has learned. Default 64.
    std::size_t max_groups = 64;
};

/// Learns from the engine's own polls how long keys of each group take to start, and polls where that tells most.
///
/// Before anything is known it polls at growing distances. It forgets what is long past, so that it follows a change in
/// either direction, and never stops polling: pauses are 5 ms to 30 s, or to a minute where most keys start later than
/// that. Now and then a key is polled more often than pays, to see whether keys have begun to start earlier. Keys whose
/// age is known are learned apart from those whose age counts from their first waiter; of the latter, one that was ready
/// when it was first polled teaches nothing, however long it waited for that poll. `cadence_input::random` is not used:
/// what was learned decides alone. The mathematics stands in docs/cadence.md. Not thread-safe: for one engine, or for
/// several on one strand.
/// @param options see there.
/// @throws std::invalid_argument when one of them is out of range.
ROOMPORT_EXPORT std::shared_ptr<cadence>
learned_cadence(learned_cadence_options options = learned_cadence_options());

} // namespace roomport
