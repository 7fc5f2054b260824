#include <roomport/json/model_document.hpp>

#include "json/all_models.hpp"

#include <roomport/json/writer.hpp>

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

namespace roomport::json {
namespace {

const detail::value_type& find_model(std::string_view name) {
    const auto models = detail::all_models();
    const auto found = std::ranges::find_if(
        models, [name](const detail::value_type* type) { return type->model_name == name; });
    if (found == models.end()) {
        throw boost::system::system_error(make_error_code(roomport::error::invalid_argument),
                                          "unknown model");
    }
    return **found;
}

} // namespace

std::span<const std::string_view> model_names() noexcept {
    static const auto names = [] {
        std::vector<std::string_view> result;
        for (const auto* type : detail::all_models()) {
            result.push_back(type->model_name);
        }
        return result;
    }();
    return names;
}

model_document::model_document(std::string_view model_name, const read_limits& limits)
    : model_document(find_model(model_name), limits) {}

model_document::model_document(const detail::value_type& type, const read_limits& limits)
    : model_document(type, holder(type.create(), type.destroy), limits) {}

model_document::model_document(const detail::value_type& type, holder value,
                               const read_limits& limits)
    : reader_base(type, value.get(), limits), type_(&type), value_(std::move(value)) {}

model_document::~model_document() = default;

std::string model_document::to_string() const {
    if (!complete()) {
        throw std::logic_error("roomport: to_string() before the document was read to its end");
    }
    std::string out;
    detail::append_document(out, *type_, value_.get());
    return out;
}

} // namespace roomport::json
