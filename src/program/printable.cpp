#include "program/printable.hpp"

namespace roomport::program {
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

std::string without_control_characters(std::string_view line) {
    std::string result;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const auto byte = static_cast<unsigned char>(line[i]);
        const auto next = i + 1 < line.size() ? static_cast<unsigned char>(line[i + 1]) : 0;
        // U+0080 to U+009F are control characters too; in UTF-8 they begin with this byte.
        const bool is_long_control = byte == 0xC2 && next >= 0x80 && next <= 0x9F;
        i += is_long_control ? 1 : 0;
        result += is_long_control || byte < 0x20 || byte == 0x7F ? '?' : line[i];
    }
    return result;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (true) {
        const auto end = text.find('\n');
        lines.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return lines;
        }
        text.remove_prefix(end + 1);
    }
}

} // namespace roomport::program
