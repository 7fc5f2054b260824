#pragma once

#include <roomport/error.hpp>
#include <roomport/export.hpp>

#include <cstdint>
#include <string>

namespace roomport::json {

/// Why a document could not be read, and where it is broken.
///
/// It depends on the document only, never on how its bytes were cut into pieces. Not thread-safe,
/// like any value.
class read_error {
public:
    /// No error.
    read_error() = default;

    /// One of
    /// - `error::not_json`: not JSON, bytes after its end, a byte order mark, invalid UTF-8, half
    /// of a surrogate
    ///   pair, or nested too deeply;
    /// - `error::wrong_shape`: JSON, but not of the model's shape: a required member is missing, a
    /// member the
    ///   model has is there twice, or a value has the wrong type;
    /// - `error::value_too_large`: a limit of @ref read_limits was passed;
    ///
    /// or no error.
    error_code code;

    /// The byte that the error is at, counted from 0. For `not_json` the first byte that no valid
    /// document has there (the number of bytes when the document ended too early); for a wrong or
    /// too large value the first byte of that value; for a member that is there twice the first
    /// byte of its second name; for a missing member the closing brace of its object.
    std::uint64_t offset = 0;

    /// The value that the error is at, as a JSON Pointer (RFC 6901):
    /// `/additionalExposedPorts/0/port`, empty for the document itself. Control characters are
    /// replaced by `?`, and names over 128 bytes are cut.
    std::string path;

    /// A sentence for a human, without a final full stop.
    std::string reason;

    /// Reason, offset and path in one sentence; empty without an error.
    ROOMPORT_EXPORT std::string message() const;

    friend bool operator==(const read_error&, const read_error&) = default;
};

} // namespace roomport::json
