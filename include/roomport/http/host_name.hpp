#pragma once

#include <roomport/export.hpp>

#include <string_view>

namespace roomport::http {

/// Whether a text may be the name of a host: labels of 1 to 63 letters, digits, '-' and '_' that neither begin nor end with
/// '-', separated by dots, perhaps with one at the end; at most 253 characters without that. Thread-safe.
///
/// An underscore is no host name by the letter of RFC 1123, but stands in names that resolve. An IPv4 address has that form
/// as well.
ROOMPORT_EXPORT bool is_host_name(std::string_view text) noexcept;

} // namespace roomport::http
