#include "json/all_models.hpp"

#include <roomport/json/make_value_type.hpp>
#include <roomport/model.hpp>

#include <algorithm>
#include <array>

namespace roomport::json::detail {
namespace {

template <class... Models>
constexpr auto make_registry(model_list<Models...>) {
    std::array<const value_type*, sizeof...(Models)> result{&value_type_of<Models>...};
    std::ranges::sort(result, {}, [](const value_type* type) { return type->model_name; });
    return result;
}

constexpr auto registry = make_registry(roomport::all_models());

} // namespace

std::span<const value_type* const> all_models() noexcept {
    return registry;
}

} // namespace roomport::json::detail
