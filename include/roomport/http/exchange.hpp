#pragma once

#include <roomport/clock.hpp>
#include <roomport/error.hpp>
#include <roomport/http/body_sink.hpp>
#include <roomport/http/message.hpp>

#include <cstdint>

namespace roomport::http {

class pool;

/// One request with its answer, as an object that can be used for one request after the other: for those who poll, and
/// whose steady state should not allocate. Everybody else is better served by `pool::async_request`.
///
/// Strings and lists in it keep their memory from one use to the next. Between `pool::start` and `ended` it belongs to the
/// pool. Not thread-safe.
class exchange {
public:
    exchange() = default;
    exchange(const exchange&) = delete;
    exchange& operator=(const exchange&) = delete;
    virtual ~exchange() = default;

    /// The request, to be set before `pool::start`.
    request wanted;

    /// What was known of the answer when the exchange ended; to be read only.
    response answer;

    /// Takes the body; not null, to be set before `pool::start`, and there as long as the exchange is under way.
    body_sink* sink = nullptr;

    /// The exchange has ended, as the completion of `pool::async_request` would say. Called once after each
    /// `pool::start`, on the pool's strand and never from within a function of the pool that the caller called. It may
    /// start the exchange again. Must not throw.
    virtual void ended(error_code ec) = 0;

private:
    friend class pool;

    /// Its number while it is under way, else zero.
    std::uint64_t id_ = 0;
    time_point waiting_since_{};
    bool was_assigned_ = false;
    bool was_resent_ = false;
};

} // namespace roomport::http
