#pragma once

/// @file
/// How the reader and the writer see a type. Made from a model's description; nothing that users write themselves.

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace roomport::json::detail {

/// What a value looks like in JSON and which C++ type holds it.
enum class value_kind : unsigned char {
    boolean,   ///< `bool`
    int32,     ///< `std::int32_t`
    int64,     ///< `std::int64_t`
    number,    ///< `double`
    text,      ///< `std::string`
    date_time, ///< `timestamp`
    choice,    ///< `open_enum`
    either,    ///< `text_or_number`
    object,    ///< a model
    list,      ///< `std::vector`
};

/// Whether a value may be missing, and how that is written.
enum class presence : unsigned char {
    required,
    left_out, ///< `std::optional`
    null,     ///< `nullable`
};

struct value_type;

/// A member of a model.
struct member_type {
    static constexpr std::size_t longest_name = 47;

    std::array<char, longest_name + 1> name_characters{};
    std::size_t name_length = 0;
    const value_type* type = nullptr;
    void* (*locate)(void* object) = nullptr;
    bool deprecated = false;

    constexpr std::string_view name() const noexcept {
        return {name_characters.data(), name_length};
    }
};

/// How values of one C++ type are read and written, without knowing that type. A slot is the address of a variable of
/// the C++ type; a value is the address of what it holds, which is another one only for optional types.
struct value_type {
    value_kind kind{};
    presence needed = presence::required;

    /// Makes an optional slot hold a value, to be overwritten: the one it has, for its memory, or a new one. Returns the
    /// value.
    void* (*engage)(void* slot) = nullptr;
    /// Makes an optional slot hold nothing; null for a type whose values can't be missing.
    void (*disengage)(void* slot) noexcept = nullptr;
    /// The value in a slot, or null when it holds none.
    const void* (*inspect)(const void* slot) = nullptr;

    /// Of an object: the model's name and members.
    std::string_view model_name;
    std::span<const member_type> members;

    /// Of a list: the type of its elements; the one at an index of at most their number, made if it is not there, to be
    /// overwritten; only the first so many; their number; one of them.
    const value_type* element = nullptr;
    void* (*prepare)(void* list, std::size_t index) = nullptr;
    void (*truncate)(void* list, std::size_t size) = nullptr;
    std::size_t (*size)(const void* list) = nullptr;
    const void* (*at)(const void* list, std::size_t index) = nullptr;

    /// Of a choice: the known texts, sets it from a text, its text.
    std::span<const std::string_view> texts;
    void (*assign)(void* choice, std::string_view text) = nullptr;
    std::string_view (*text)(const void* choice) = nullptr;

    /// A new variable of the C++ type, and its end.
    void* (*create)() = nullptr;
    void (*destroy)(void* slot) = nullptr;
};

} // namespace roomport::json::detail
