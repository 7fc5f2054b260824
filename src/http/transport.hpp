#pragma once

#include <roomport/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace roomport::http::detail {

/// What one attempt to move bytes over a non-blocking socket came to.
struct transport_result {
    enum class kind {
        /// It worked; `bytes` were moved.
        done,
        /// Nothing moved: try again when the socket is readable.
        want_read,
        /// Nothing moved: try again when the socket is writable.
        want_write,
        /// The peer has ended the stream in a way that nobody else can fake.
        end,
        /// The stream ended without the peer's word for it.
        truncated,
        /// `error` says why.
        failed,
    };

    kind how = kind::done;
    std::size_t bytes = 0;
    error_code error;
};

/// Bytes over one connected socket, with or without TLS.
///
/// It never waits: who owns it asks for readiness. Reading and writing directly, not through an asynchronous stream,
/// is what makes it possible to look at an idle connection, TLS records included, and to leave it as it was.
class transport {
public:
    transport() = default;
    transport(const transport&) = delete;
    transport& operator=(const transport&) = delete;
    virtual ~transport() = default;

    /// Goes on with the handshake; `done` when it is complete and the peer's identity proven.
    virtual transport_result handshake() = 0;

    virtual transport_result read(char* to, std::size_t size) = 0;
    virtual transport_result write(std::string_view bytes) = 0;

    /// Whether bytes were taken from the socket that no read has returned yet.
    virtual bool has_buffered() const = 0;

    /// Whether it is certain at little cost that a read would have to wait. False says nothing.
    virtual bool is_quiet() const = 0;

    /// Tells the peer the end of the stream if that needs no waiting.
    virtual void say_goodbye() = 0;

    /// What is known of the failure or the end that was told last, beyond its error: a sentence that says why and what to
    /// do, in printable ASCII; empty when nothing is. Valid until the next call.
    virtual std::string_view problem() const = 0;

    /// Whether the handshake resumed an earlier session.
    virtual bool resumed() const = 0;
};

} // namespace roomport::http::detail
