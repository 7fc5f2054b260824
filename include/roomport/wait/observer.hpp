#pragma once

#include <roomport/clock.hpp>
#include <roomport/wait/observation.hpp>

#include <boost/asio/any_completion_handler.hpp>

#include <string_view>

namespace roomport {

/// How the wait engine looks at a key: the one seam between waiting and any particular API.
///
/// An observer makes one attempt a call and never repeats it; when to look, and what an observation means for
/// those who wait, is the engine's business. Failures are observations too: bytes that can't be used, a server that
/// can't be reached and a deadline that passed all arrive through the handler. The engine keeps the observer alive
/// until it is destroyed itself; handlers may be called, without effect, after that.
class observer {
public:
    /// Called with the one observation of a look.
    using handler_type = boost::asio::any_completion_handler<void(observation)>;

    observer() = default;
    observer(const observer&) = delete;
    observer& operator=(const observer&) = delete;
    virtual ~observer() = default;

    /// Looks at `key` once.
    ///
    /// Called on the engine's executor; `handler` is to be called exactly once on that same executor, never from
    /// within this function. The handler's cancellation slot accepts terminal cancellation; a cancelled look yields
    /// `failed` with `boost::asio::error::operation_aborted`. Until its handler is called, a look takes one of the
    /// engine's places, a cancelled one too: end it soon.
    ///
    /// Should this function throw, the handler must not be called; the look counts as failed with the code of a
    /// `boost::system::system_error`, `boost::asio::error::no_memory` for `std::bad_alloc`, or else
    /// `error::broken_promise`.
    /// @param key      an opaque key of at most 256 bytes; valid until this function returns.
    /// @param hold     ask the server to hold its answer for so long while the key is starting; zero: answer at once.
    ///                 Else at least one second, and at most the last `observation::hold_limit`. An observer that
    ///                 can't ask for a hold looks without one and leaves `observation::held` false.
    /// @param deadline when the attempt, all its phases together, must have ended.
    virtual void async_observe(std::string_view key, duration hold, time_point deadline,
                               handler_type handler) = 0;
};

} // namespace roomport
