#pragma once

#include <roomport/error.hpp>

namespace roomport::detail {

/// Whether an error says that not a byte of a request has left: it was never taken, or there was no connection for it. A TLS
/// connection that broke may have carried it.
inline bool was_never_sent(error_code ec) noexcept {
    return ec == errc::connect || ec == errc::dns ||
           (ec == errc::tls && ec != error_code(error::tls_broken)) ||
           ec == error_code(error::connect_timeout) || ec == error_code(error::acquire_timeout) ||
           ec == error_code(error::queue_full);
}

} // namespace roomport::detail
