#pragma once

#include <optional>
#include <utility>

namespace roomport {

/// An optional value that is written as `null` when there is none.
///
/// A plain `std::optional` member is left out of the document instead. Both read an absent member and `null`
/// alike as "nothing". The API uses one or the other form for a missing port, depending on the model. Used like a
/// `std::optional`, to and from which it converts. Not thread-safe, like any value.
template <class T>
class nullable {
public:
    /// What it may hold.
    using value_type = T;

    /// Holds nothing.
    nullable() = default;

    /// Holds nothing.
    nullable(std::nullopt_t) noexcept {}

    /// Holds a value.
    nullable(T value) : value_(std::move(value)) {}

    /// Holds what the optional holds.
    nullable(std::optional<T> value) : value_(std::move(value)) {}

    /// Whether there is a value.
    bool has_value() const noexcept { return value_.has_value(); }

    /// @copydoc has_value
    explicit operator bool() const noexcept { return value_.has_value(); }

    /// The value. @pre there is one.
    T& operator*() noexcept { return *value_; }

    /// @copydoc operator*()
    const T& operator*() const noexcept { return *value_; }

    /// @copydoc operator*()
    T* operator->() noexcept { return &*value_; }

    /// @copydoc operator*()
    const T* operator->() const noexcept { return &*value_; }

    /// The value. @throws std::bad_optional_access when there is none.
    const T& value() const { return value_.value(); }

    /// The value, or `fallback` when there is none.
    T value_or(T fallback) const { return value_ ? *value_ : std::move(fallback); }

    /// Makes it hold a new value, made from the arguments, and returns it.
    template <class... Arguments>
    T& emplace(Arguments&&... arguments) {
        return value_.emplace(std::forward<Arguments>(arguments)...);
    }

    /// Makes it hold nothing.
    void reset() noexcept { value_.reset(); }

    /// The same as a `std::optional`.
    const std::optional<T>& optional() const noexcept { return value_; }

    /// @copydoc optional
    operator const std::optional<T>&() const noexcept { return value_; }

    /// Equal when both hold nothing, or both equal values.
    friend bool operator==(const nullable&, const nullable&) = default;

private:
    std::optional<T> value_;
};

} // namespace roomport
