#pragma once

#include <roomport/export.hpp>

#include <string>
#include <string_view>

namespace roomport {

/// A text that must never reach a log, an error, a URL or an argument list: a bearer token.
///
/// It has no stream operator and no conversion to a string; its memory is overwritten before it is given back.
class ROOMPORT_EXPORT secret {
public:
    secret() = default;
    /// @param text the text; the caller's own copy stays where it is.
    explicit secret(std::string_view text) : text_(text) {}
    /// A copy is a secret, too.
    secret(const secret& other) = default;
    /// Leaves nothing of the text in the other.
    secret(secret&& other) noexcept;
    /// Overwrites the text that was there.
    secret& operator=(const secret& other);
    /// Overwrites the text that was there, and leaves nothing of it in the other.
    secret& operator=(secret&& other) noexcept;
    ~secret();

    /// Whether there is no text.
    bool empty() const noexcept { return text_.empty(); }

    /// The text itself, for the one place that sends it. Valid as long as this object is not changed.
    std::string_view reveal() const noexcept { return text_; }

private:
    std::string text_;
};

} // namespace roomport
