#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace roomport {

/// The text of an enumerator on the wire.
/// @tparam E an enum of this library whose header has `wire_texts(E)`, the texts in the
/// enumerators' order.
/// @return the text; empty for a value that is not an enumerator.
template <class E>
constexpr std::string_view enum_text(E value) noexcept {
    const auto index = static_cast<std::size_t>(value);
    constexpr auto texts = wire_texts(E{});
    return index < texts.size() ? texts[index] : std::string_view();
}

/// The enumerator that a text names; nothing when there is none. Upper and lower case are
/// different.
template <class E>
constexpr std::optional<E> enum_from_text(std::string_view text) noexcept {
    constexpr auto texts = wire_texts(E{});
    for (std::size_t index = 0; index < texts.size(); ++index) {
        if (texts[index] == text) {
            return static_cast<E>(index);
        }
    }
    return std::nullopt;
}

/// A value of an enum that may grow: what this library does not know yet keeps its text.
///
/// Servers add values over time, so an unknown one is not an error where it is read; it is an error
/// only where something must be decided with it. Not thread-safe, like any value.
/// @tparam E the enum with the values known today.
template <class E>
class open_enum {
    static_assert(std::is_enum_v<E>);

public:
    /// The unknown value with an empty text.
    open_enum() = default;

    /// A known value.
    open_enum(E value) : known_(value) {}

    /// The value that `text` names; an unknown value with that text when it names none.
    explicit open_enum(std::string text) : known_(enum_from_text<E>(text)) {
        if (!known_) {
            unknown_ = std::move(text);
        }
    }

    /// @copydoc open_enum(std::string)
    explicit open_enum(std::string_view text) : open_enum(std::string(text)) {}

    /// @copydoc open_enum(std::string)
    explicit open_enum(const char* text) : open_enum(std::string(text)) {}

    /// The enumerator, or nothing for a value that is not known today.
    std::optional<E> known() const noexcept { return known_; }

    /// The text on the wire. Valid until the value is changed or destroyed.
    std::string_view text() const noexcept {
        return known_ ? enum_text(*known_) : std::string_view(unknown_);
    }

    /// Equal when both have the same text.
    friend bool operator==(const open_enum&, const open_enum&) = default;

    /// Whether this is the given known value.
    friend bool operator==(const open_enum& left, E right) noexcept { return left.known_ == right; }

private:
    std::optional<E> known_;
    std::string unknown_;
};

} // namespace roomport
