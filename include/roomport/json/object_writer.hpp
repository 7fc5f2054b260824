#pragma once

#include <roomport/export.hpp>
#include <roomport/json/writer.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace roomport::json {

/// Writes a JSON object member by member, in the order of the calls, without spaces.
///
/// For the objects that are not models of the API, like those of the command line. Not thread-safe.
class ROOMPORT_EXPORT object_writer {
public:
    /// An object without members.
    object_writer();

    /// Adds a text. @param name the member's name, not yet used. @param text see @ref quote.
    object_writer& member(std::string_view name, std::string_view text);

    /// @copydoc member(std::string_view,std::string_view)
    object_writer& member(std::string_view name, const char* text);

    /// Adds `true` or `false`.
    object_writer& member(std::string_view name, bool value);

    /// Adds an integer.
    template <std::integral I>
    requires(!std::same_as<I, bool>) object_writer& member(std::string_view name, I value) {
        if constexpr (std::signed_integral<I>) {
            return add_signed(name, value);
        } else {
            return add_unsigned(name, value);
        }
    }

    /// Adds a number; `null` for infinity and NaN.
    object_writer& member(std::string_view name, double value);

    /// Adds a model, or a list of models.
    template <document T>
    object_writer& member(std::string_view name, const T& value) {
        begin(name);
        append(text_, value);
        return *this;
    }

    /// Adds `null`.
    object_writer& null(std::string_view name);

    /// Adds text that is JSON already. @param name the member's name, not yet used. @param json one valid JSON value.
    object_writer& raw(std::string_view name, std::string_view json);

    /// The object so far, closed: `{"roomId":"x","polls":3}`.
    std::string to_string() const;

private:
    void begin(std::string_view name);
    object_writer& add_signed(std::string_view name, std::int64_t value);
    object_writer& add_unsigned(std::string_view name, std::uint64_t value);

    std::string text_;
};

} // namespace roomport::json
