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

/// Facts about a model that its members can't tell. Specialised beside each model, of this library or of your own.
///
/// Together with the model's Boost.Describe description this is the one description of the model:
/// reader, writer and the comparison with the API's contract are made from it. A specialisation has
/// `name`, the model's name in the API, and the members of @ref default_model_traits.
///
/// A struct of your own becomes a model by the same two things, and is then read, written, sent and received like one of
/// the API:
///
///     struct job {
///         std::string job_id;              // "jobId" on the wire
///         std::optional<double> progress;  // may be missing
///     };
///     BOOST_DESCRIBE_STRUCT(job, (), (job_id, progress))
///     template <>
///     struct roomport::model_traits<job> : roomport::default_model_traits {
///         static constexpr std::string_view name = "Job";
///     };
///
/// A member is a `bool`, `std::int32_t`, `std::int64_t`, `double`, `std::string`, @ref timestamp, @ref text_or_number,
/// `open_enum`, another model, or a `std::vector`, `std::optional` (may be missing) or @ref nullable (may be `null`)
/// of one of these. There are at most 64, with names of at most 47 characters on the wire. The model has a default
/// constructor. What breaks a rule doesn't compile, with a message that says which.
template <class T>
struct model_traits;

/// A struct that the reader and the writer know: of the API, or one of your own.
template <class T>
concept described_model = requires {
    { model_traits<T>::name } -> std::convertible_to<std::string_view>;
};

} // namespace roomport
