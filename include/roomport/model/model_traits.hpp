#pragma once

#include <array>
#include <concepts>
#include <string_view>

namespace roomport {

/// A member whose name on the wire can't be derived from its C++ name.
struct renamed_member {
    /// The name of the C++ member.
    std::string_view member;
    /// Its name on the wire.
    std::string_view wire;
};

/// What most models have to say beyond their members: nothing.
struct default_model_traits {
    /// C++ names of the members that the API announced for removal. They may be missing when read.
    static constexpr std::array<std::string_view, 0> deprecated{};
    /// Members whose wire name is not their C++ name in camelCase.
    static constexpr std::array<renamed_member, 0> renamed{};
};

/// Facts about a model that its members can't tell. Specialised beside each model.
///
/// Together with the model's Boost.Describe description this is the one description of the model:
/// reader, writer and the comparison with the API's contract are made from it. A specialisation has
/// `name`, the model's name in the API, and the members of @ref default_model_traits.
template <class T>
struct model_traits;

/// A struct of the API that this library reads and writes.
template <class T>
concept described_model = requires {
    { model_traits<T>::name } -> std::convertible_to<std::string_view>;
};

} // namespace roomport
