#pragma once

#include <roomport/clock.hpp>
#include <roomport/export.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

namespace roomport {

/// What a cadence may know when it decides when to look next at a key that is starting.
struct cadence_input {
    /// The key, for a policy that tells groups of keys apart.
    std::string_view key;
    /// Since the first waiter of the key came, which is when the engine first looked at it.
    duration age{};
    /// Good answers so far that left somebody waiting, at least 1.
    unsigned looks = 1;
    /// From the beginning of the look that was just answered until now: subtract it to keep a rhythm of beginnings.
    duration last_look{};
    /// A random number, uniform over all values: the policy's only source of chance, so that a seed repeats a run.
    std::uint64_t random = 0;
};

/// When to look again at a key that is still starting: a policy object.
///
/// Called on the engine's executor only, so that a policy given to one engine needs no lock; it must be quick and
/// must not wait. It decides only about ordinary looks: looks that failed are followed by the engine's own backoff,
/// a held answer that was honoured by the next one at once, and a look may come earlier than planned to serve a
/// waiter whose deadline is near. Derive from it to plan looks in your own way.
class cadence {
public:
    cadence() = default;
    cadence(const cadence&) = delete;
    cadence& operator=(const cadence&) = delete;
    virtual ~cadence() = default;

    /// How long to pause between the last answer and the next look.
    ///
    /// Zero looks again at once, as soon as a place is free; less than zero is taken as zero. Should it throw, the
    /// pause is one second, and the exception leaves through the `run()` of the context.
    /// @param input what is known; valid during the call.
    virtual duration pause(const cadence_input& input) = 0;
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

/// The same rhythm each time: looks begin one `interval` apart, or at once where an answer took longer.
///
/// The policy has no state, so one object may serve any number of engines. Thread-safe.
/// @param interval the pause between the beginning of two looks, more than zero.
/// @throws std::invalid_argument when it is not more than zero.
ROOMPORT_EXPORT std::shared_ptr<cadence> fixed_cadence(duration interval);

} // namespace roomport
