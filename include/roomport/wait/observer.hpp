#pragma once

#include <roomport/clock.hpp>
#include <roomport/wait/observation.hpp>

#include <boost/asio/any_completion_handler.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace roomport {

/// How many keys one poll can take in.
struct batch_terms {
    /// Fewer keys than this are better polled one by one. At least 2.
    std::size_t least = 2;
    /// The most keys of one poll; less than `least`: only single polls are possible.
    std::size_t most = 0;
    /// The longest hold of a poll of many keys; zero when such polls can't be held.
    duration hold_limit{};
};

/// One poll of many keys.
class batch_observation {
public:
    batch_observation() = default;

    /// The poll as a whole: `failed` or `gone` with the reason and stands for every key; else only its numbers (HTTP
    /// status, times, `not_before`, `held`) have a meaning.
    observation whole;

    /// What was seen of each key, in the order asked; nothing for a key about which the answer says nothing: it is
    /// polled by itself. Empty when the poll failed.
    std::vector<std::optional<observation>> keys;
};

/// How the wait engine polls a key: the one seam between waiting and any particular API.
///
/// An observer makes one poll a call and never repeats it; when to poll, and what an observation means for
/// those who wait, is the engine's business. Failures are observations too: bytes that can't be used, a server that
/// can't be reached and a deadline that passed all arrive through the handler. The engine keeps the observer alive
/// until it is destroyed itself; handlers may be called, without effect, after that.
class observer {
public:
    /// Called with the one observation of a poll.
    using handler_type = boost::asio::any_completion_handler<void(observation)>;

    observer() = default;
    observer(const observer&) = delete;
    observer& operator=(const observer&) = delete;
    virtual ~observer() = default;

    /// Polls `key` once.
    ///
    /// Called on the engine's executor; `handler` is to be called exactly once on that same executor, never from
    /// within this function. The handler's cancellation slot accepts terminal cancellation; a cancelled poll yields
    /// `failed` with `boost::asio::error::operation_aborted`. Until its handler is called, a poll takes one of the
    /// engine's places, a cancelled one too: end it soon.
    ///
    /// Should this function throw, the handler must not be called; the poll counts as failed with the code of a
    /// `boost::system::system_error`, `boost::asio::error::no_memory` for `std::bad_alloc`, or else
    /// `error::broken_promise`.
    /// @param key      an opaque key of at most 256 bytes; valid until this function returns.
    /// @param hold     ask the server to hold its answer for so long while the key is starting; zero: answer at once.
    ///                 Else at least one second, and at most the last `observation::hold_limit`. An observer that
    ///                 can't ask for a hold polls without one and leaves `observation::held` false.
    /// @param deadline when the poll, all its phases together, must have ended.
    /// @param handler  takes the observation.
    virtual void async_observe(std::string_view key, duration hold, time_point deadline,
                               handler_type handler) = 0;

    /// Called with the one answer of a poll of many keys.
    using batch_handler_type = boost::asio::any_completion_handler<void(batch_observation)>;

    /// How many keys one poll can take in at present: an observer may learn from answers what its server offers. Called
    /// on the engine's executor whenever a poll may begin; must be quick. By default only single polls are possible.
    /// Should it throw, only single polls are possible until it is called again, and the exception leaves through the
    /// `run()` of the context.
    virtual batch_terms batch() const;

    /// The longest hold of a poll of one key that the server is known to offer before any such poll was answered well,
    /// from the answer that made a key, say: a wait that knows when its key was made (`wait_options::created_at`) then
    /// begins with a held poll. Afterwards `observation::hold_limit` counts alone. Called when @ref batch is, and the
    /// same holds for it. By default zero: nothing is known.
    virtual duration hold_limit() const;

    /// Polls many keys with one request; everything said of @ref async_observe holds here too. Only called with as
    /// many keys as @ref batch allows. A held one is answered as soon as one of the keys is no longer starting.
    /// @param keys     valid until this function returns; no key stands there twice.
    /// @param hold     as above, at most `batch_terms::hold_limit`.
    /// @param deadline as above.
    /// @param handler  takes the answer about all of them.
    virtual void async_observe_many(std::span<const std::string_view> keys, duration hold,
                                    time_point deadline, batch_handler_type handler);
};

} // namespace roomport
