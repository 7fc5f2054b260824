#pragma once

#include <roomport/error.hpp>
#include <roomport/http/message.hpp>

#include <string>
#include <string_view>

namespace roomport::http {

/// Takes the body of one response as it arrives.
///
/// All functions are called on the pool's executor, in the order begin, write..., end, and must not throw; none is
/// called any more once the request's handler was called. A sink may be used for one request after the other: `begin` is its
/// new start.
class body_sink {
public:
    body_sink() = default;
    body_sink(const body_sink&) = delete;
    body_sink& operator=(const body_sink&) = delete;
    virtual ~body_sink() = default;

    /// The head of the final response is complete. Its times are not.
    virtual void begin(const response& head) = 0;

    /// The next bytes of the body, valid during the call. An error ends the request with it and drops the connection.
    virtual error_code write(std::string_view bytes) = 0;

    /// The body is complete. An error becomes the request's; the connection stays usable.
    virtual error_code end() = 0;
};

/// Collects a body in a string; the pool's limit bounds it.
class string_sink : public body_sink {
public:
    string_sink() = default;

    void begin(const response&) override { text.clear(); }
    error_code write(std::string_view bytes) override {
        text.append(bytes);
        return {};
    }
    error_code end() override { return {}; }

    /// The body so far.
    std::string text;
};

} // namespace roomport::http
