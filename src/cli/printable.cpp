#include "cli/printable.hpp"

namespace roomport::cli {
namespace {

constexpr std::size_t longest_text = 120;

} // namespace

std::string printable(std::string_view text) {
    std::string result;
    for (const char c : text.substr(0, longest_text)) {
        result += c >= ' ' && c <= '~' ? c : '?';
    }
    return result;
}

} // namespace roomport::cli
