#pragma once

#include <roomport/error.hpp>
#include <roomport/http/message.hpp>

#include <boost/system/result.hpp>

#include <cstdint>
#include <vector>

namespace roomport::http::detail {

/// How the end of a response's body is found.
struct body_framing {
    enum class kind { none, length, chunked, until_close };

    kind how = kind::none;
    std::uint64_t length = 0;
    /// Whether the peer keeps the connection open after this message.
    bool keep_alive = false;
};

/// Decides how the body of a response is framed; `error::bad_http` when two readings are possible.
/// @param minor_version 0 or 1, of HTTP/1.
boost::system::result<body_framing> decide_framing(int status, int minor_version,
                                                   const std::vector<field>& fields);

} // namespace roomport::http::detail
