#pragma once

#include <roomport/export.hpp>
#include <roomport/wait/observer.hpp>
#include <roomport/wait/wait_options.hpp>
#include <roomport/wait/wait_result.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace roomport {

/// What the engine is made with.
class wait_engine_options {
public:
    wait_engine_options() = default;

    /// Polls under way at any time. Default 6: two less than the pool's connections. Zero is taken as 1.
    std::size_t max_in_flight = 6;

    /// Long polls under way at any time; zero: never ask for held answers. Default 4. More than `max_in_flight` - 1 is
    /// taken as that, so that there is always a place for ordinary polls; where `max_in_flight` is 1, a key may hold
    /// it as long as it is the only one, and gives way to the next.
    std::size_t max_held = 4;

    /// When to poll a key again that is starting; null, the default: a `learned_cadence()` of its own.
    std::shared_ptr<roomport::cadence> cadence;

    /// Polls a second that the server allows, over all keys; zero, the default: nobody knows, and the engine finds a rate
    /// that the server bears when it answers 429. What is not a positive number counts as zero.
    double max_rate = 0;

    /// Polls that are due within one tick begin together, so that one wake-up serves them all; zero: each at its own
    /// time. Default 5 ms. The first poll of a key does not wait for a tick. At most 1 s.
    duration tick = std::chrono::milliseconds(5);

    /// Seed of all the engine's randomness (jitter of cadence and backoff); zero, the default: taken from the system.
    std::uint64_t seed = 0;
};

/// Numbers about an engine, taken at one moment.
struct wait_engine_metrics {
    /// Keys with at least one waiter.
    std::size_t keys = 0;
    /// Waits under way.
    std::size_t waiters = 0;
    /// Polls under way, cancelled ones that have not ended included.
    std::size_t in_flight = 0;
    /// Long polls among them.
    std::size_t held = 0;
    /// Keys that are due for a poll and wait for a place, or for the rate to allow it.
    std::size_t queued = 0;
    /// Polls begun since the start, held ones included.
    std::uint64_t polls = 0;
    /// Polls that failed since the start; not those that were cancelled, nor dropped holds. A poll of many keys counts
    /// once.
    std::uint64_t failures = 0;
    /// Polls that the server refused because there were too many (HTTP 429), since the start.
    std::uint64_t throttled = 0;
    /// Polls of many keys begun since the start; `polls` counts them too.
    std::uint64_t batch_polls = 0;
    /// Keys polled by them, each as often as it was.
    std::uint64_t batch_keys = 0;
    /// Polls a second that may begin: the configured rate, or less while the server complains or is out of order;
    /// infinity when nothing limits them.
    double rate = 0;
    /// For how long no poll begins because the server asked for it (Retry-After); zero when it did not.
    duration held_back{};
};

/// Waits for keys to become ready, with one stream of polls a key however many wait for it.
///
/// The engine knows neither HTTP nor JSON nor what a key means: it asks an @ref observer. The first poll of a key
/// comes at once. All who wait for a key share its observations, and each judges them by its own @ref wait_options;
/// a joiner gets the last observation at once. When the last waiter of a key leaves, its polls are cancelled and
/// nothing of it is kept. A server that announces held answers is asked for them instead of being polled: for the
/// keys with the nearest deadlines, as many as `wait_engine_options::max_held` allows. Where the observer can poll
/// many keys at once, those that are due share a poll, held or not.
///
/// All polls share one budget: at most `wait_engine_options::max_rate` a second, or what the server turns out to bear.
/// When more polls are due than may begin, those begin first that are the last before a deadline, then those of which
/// the cadence expects most (`cadence::urgency`); no key is passed over for ever.
///
/// Any thread may call any function, except where noted. The engine starts no thread: it runs where the executors
/// run, and does nothing unless somebody runs them. Destroying the engine cancels every wait and does not block;
/// the handlers are called with `operation_aborted` afterwards.
class ROOMPORT_EXPORT wait_engine {
public:
    /// @param strand      the executor on which all the engine's state lives: a strand of `io_executor`, or
    ///                    `io_executor` itself when only one thread runs it.
    /// @param io_executor the executor underneath; handlers without one of their own are posted to it.
    /// @param source      how to poll a key, not null; used on `strand` only.
    /// @param options     limits and policies.
    wait_engine(boost::asio::any_io_executor strand, boost::asio::any_io_executor io_executor,
                std::shared_ptr<observer> source, wait_engine_options options);
    wait_engine(const wait_engine&) = delete;
    wait_engine& operator=(const wait_engine&) = delete;

    /// Cancels every wait, as @ref cancel does, without blocking. No other function may be called meanwhile.
    ~wait_engine();

    /// Waits until `key` is ready.
    ///
    /// Completes with
    /// - success, when an observation is ready by the wait's acceptors: the result holds its ports;
    /// - `error::deadline_passed`, when `wait_options::timeout` passed first;
    /// - the error of an observation that is `never`, of the third that is `broken`, or of the one that reached
    ///   `wait_options::max_failures`;
    /// - `boost::asio::error::operation_aborted`, when the wait was cancelled or the engine destroyed;
    /// - `error::invalid_argument`, when key or options are out of range: nothing was polled, and
    ///   `wait_evidence::last_message` names the argument;
    /// - `boost::asio::error::no_memory`, when there was not enough to begin the wait.
    ///
    /// The evidence is filled in every case; only `elapsed` where a wait that was cancelled, or passed by its deadline, finds
    /// no memory for more. The handler is posted, never called inline. The contexts of `io_executor`
    /// and of the handler's executor have work until the handler was called. Thread-safe.
    /// @param key     1 to 256 bytes, opaque.
    /// @param options how to wait.
    /// @param token   completes with `void(error_code, wait_result)` on its associated executor, by default
    ///                `io_executor`. Supports terminal, partial and total cancellation, emitted where the handler
    ///                will run; it ends this wait alone, others of the key go on.
    template <class CompletionToken>
    auto async_wait(std::string key, wait_options options, CompletionToken&& token) {
        return boost::asio::async_initiate<CompletionToken, void(error_code, wait_result)>(
            [](auto handler, std::shared_ptr<impl> self, std::string wanted, wait_options how) {
                start_wait(std::move(self), std::move(wanted), std::move(how), std::move(handler));
            },
            token, impl_, std::move(key), std::move(options));
    }

    /// Cancels every wait that began before: each completes with `operation_aborted`. Waits that begin afterwards are
    /// not touched. Does not block. Thread-safe.
    void cancel();

    /// Numbers about the engine now. Must be called on the strand, or on the only thread of its context.
    wait_engine_metrics metrics() const;

private:
    struct impl;
    using handler_type = boost::asio::any_completion_handler<void(error_code, wait_result)>;

    static void start_wait(std::shared_ptr<impl> self, std::string key, wait_options options,
                           handler_type handler);

    std::shared_ptr<impl> impl_;
};

} // namespace roomport
