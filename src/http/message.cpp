#include <roomport/http/message.hpp>

#include "http/ascii.hpp"

namespace roomport::http {

std::string_view to_string(method value) noexcept {
    switch (value) {
    case method::get:
        return "GET";
    case method::post:
        return "POST";
    case method::put:
        return "PUT";
    case method::patch:
        return "PATCH";
    case method::delete_:
        return "DELETE";
    }
    return "GET";
}

std::optional<std::string_view> response::find(std::string_view name) const {
    for (const auto& candidate : fields) {
        if (detail::equals_ignoring_case(candidate.name, name)) {
            return candidate.value;
        }
    }
    return std::nullopt;
}

} // namespace roomport::http
