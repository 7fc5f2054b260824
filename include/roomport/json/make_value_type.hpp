#pragma once

/// @file
/// Makes the table of a type from its description, when the program is compiled. What a member of a model may be is said
/// at @ref roomport::model_traits.

#include <roomport/json/value_type.hpp>
#include <roomport/model/model_traits.hpp>
#include <roomport/model/nullable.hpp>
#include <roomport/model/open_enum.hpp>
#include <roomport/model/text_or_number.hpp>
#include <roomport/model/timestamp.hpp>
#include <roomport/model/wire_name.hpp>

#include <boost/describe/members.hpp>
#include <boost/describe/modifiers.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace roomport::json::detail {

template <class T>
constexpr value_type make_value_type();

/// The table of a C++ type.
template <class T>
inline constexpr value_type value_type_of = make_value_type<T>();

/// What is special about a kind of C++ type; this one about those that need nothing but their kind.
template <class T>
struct type_shape {
    static constexpr void describe(value_type& type) {
        if constexpr (std::is_same_v<T, bool>) {
            type.kind = value_kind::boolean;
        } else if constexpr (std::is_same_v<T, std::int32_t>) {
            type.kind = value_kind::int32;
        } else if constexpr (std::is_same_v<T, std::int64_t>) {
            type.kind = value_kind::int64;
        } else if constexpr (std::is_same_v<T, double>) {
            type.kind = value_kind::number;
        } else if constexpr (std::is_same_v<T, std::string>) {
            type.kind = value_kind::text;
        } else if constexpr (std::is_same_v<T, text_or_number>) {
            type.kind = value_kind::either;
        } else {
            static_assert(std::is_same_v<T, timestamp>,
                          "a member of a model is a bool, std::int32_t, std::int64_t, double, "
                          "std::string, timestamp, text_or_number, open_enum, a described model "
                          "with model_traits, or a std::vector, std::optional or nullable of one");
            type.kind = value_kind::date_time;
        }
    }
};

template <class E>
inline constexpr auto texts_of = wire_texts(E{});

template <class E>
struct type_shape<open_enum<E>> {
    using choice = open_enum<E>;

    static constexpr void describe(value_type& type) {
        type.kind = value_kind::choice;
        type.texts = texts_of<E>;
        type.assign = [](void* slot, std::string_view text) {
            if (const auto known = enum_from_text<E>(text)) {
                *static_cast<choice*>(slot) = choice(*known);
            } else {
                *static_cast<choice*>(slot) = choice(text);
            }
        };
        type.text = [](const void* slot) {
            return static_cast<const choice*>(slot)->text();
        };
    }
};

template <class T>
struct type_shape<std::vector<T>> {
    using list = std::vector<T>;

    static constexpr void describe(value_type& type) {
        type.kind = value_kind::list;
        type.element = &value_type_of<T>;
        type.prepare = [](void* slot, std::size_t index) -> void* {
            auto& elements = *static_cast<list*>(slot);
            return index < elements.size() ? &elements[index] : &elements.emplace_back();
        };
        type.truncate = [](void* slot, std::size_t size) {
            static_cast<list*>(slot)->resize(size);
        };
        type.size = [](const void* slot) {
            return static_cast<const list*>(slot)->size();
        };
        type.at = [](const void* slot, std::size_t index) -> const void* {
            return &(*static_cast<const list*>(slot))[index];
        };
    }
};

/// For `std::optional` and `nullable`, whose value is described by the type inside.
template <class Optional>
constexpr void describe_optional(value_type& type, presence needed) {
    using value = typename Optional::value_type;
    type_shape<value>::describe(type);
    type.needed = needed;
    type.engage = [](void* slot) -> void* {
        auto& optional = *static_cast<Optional*>(slot);
        return optional ? &*optional : &optional.emplace();
    };
    type.disengage = [](void* slot) noexcept {
        static_cast<Optional*>(slot)->reset();
    };
    type.inspect = [](const void* slot) -> const void* {
        const auto& optional = *static_cast<const Optional*>(slot);
        return optional ? &*optional : nullptr;
    };
}

template <class T>
struct type_shape<std::optional<T>> {
    static constexpr void describe(value_type& type) {
        describe_optional<std::optional<T>>(type, presence::left_out);
    }
};

template <class T>
struct type_shape<nullable<T>> {
    static constexpr void describe(value_type& type) {
        describe_optional<nullable<T>>(type, presence::null);
    }
};

/// Sets a member's wire name: as overridden by the model, else the C++ name in camelCase. One that is too long is cut,
/// with its real length.
constexpr void derive_name(member_type& member, std::string_view cpp_name,
                           std::span<const renamed_member> renamed) {
    const auto put = [&member](char c) {
        if (member.name_length < member_type::longest_name) {
            member.name_characters[member.name_length] = c;
        }
        ++member.name_length;
    };
    for (const auto& row : renamed) {
        if (row.member == cpp_name) {
            for (const char c : row.wire) {
                put(c);
            }
            return;
        }
    }
    spell_wire_name(cpp_name, put);
}

template <class T, class Description>
constexpr member_type make_member() {
    using member_value = std::remove_cvref_t<decltype(std::declval<T&>().*Description::pointer)>;
    constexpr auto named = [] {
        member_type unfinished;
        derive_name(unfinished, Description::name, model_traits<T>::renamed);
        return unfinished;
    }();
    static_assert(named.name_length <= member_type::longest_name,
                  "the name of a model's member on the wire has at most 47 characters");
    member_type member = named;
    member.type = &value_type_of<member_value>;
    member.locate = [](void* object) -> void* {
        return &(static_cast<T*>(object)->*Description::pointer);
    };
    member.deprecated =
        std::ranges::find(model_traits<T>::deprecated, std::string_view(Description::name)) !=
        model_traits<T>::deprecated.end();
    return member;
}

template <class T, template <class...> class List, class... Descriptions>
constexpr auto make_members(List<Descriptions...>) {
    return std::array<member_type, sizeof...(Descriptions)>{make_member<T, Descriptions>()...};
}

template <class T>
inline constexpr auto members_of =
    make_members<T>(boost::describe::describe_members<T, boost::describe::mod_public |
                                                             boost::describe::mod_inherited>());

template <described_model T>
struct type_shape<T> {
    static constexpr void describe(value_type& type) {
        static_assert(boost::describe::has_describe_members<T>::value,
                      "a model has model_traits and is described: BOOST_DESCRIBE_STRUCT");
        static_assert(std::is_default_constructible_v<T>, "a model has a default constructor");
        type.kind = value_kind::object;
        type.model_name = model_traits<T>::name;
        if constexpr (boost::describe::has_describe_members<T>::value) {
            static_assert(members_of<T>.size() <= 64, "a model has at most 64 members");
            type.members = members_of<T>;
        }
    }
};

template <class T>
constexpr value_type make_value_type() {
    value_type type;
    type.engage = [](void* slot) {
        return slot;
    };
    type.inspect = [](const void* slot) {
        return slot;
    };
    type_shape<T>::describe(type);
    type.create = []() -> void* {
        return new T();
    };
    type.destroy = [](void* slot) {
        delete static_cast<T*>(slot);
    };
    return type;
}

} // namespace roomport::json::detail
