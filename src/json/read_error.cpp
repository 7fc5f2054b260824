#include <roomport/json/read_error.hpp>

namespace roomport::json {

std::string read_error::message() const {
    if (!code) {
        return {};
    }
    std::string text = reason;
    text += " (at byte ";
    text += std::to_string(offset);
    if (!path.empty()) {
        text += ", in ";
        text += path;
    }
    text += ')';
    return text;
}

} // namespace roomport::json
