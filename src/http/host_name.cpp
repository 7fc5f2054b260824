#include <roomport/http/host_name.hpp>

#include "http/ascii.hpp"

#include <algorithm>
#include <cstddef>

namespace roomport::http {
namespace {

constexpr std::size_t longest_host_name = 253;
constexpr std::size_t longest_label = 63;

bool is_label(std::string_view label) noexcept {
    return !label.empty() && label.size() <= longest_label && label.front() != '-' &&
           label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
               return detail::is_alpha(c) || detail::is_digit(c) || c == '-' || c == '_';
           });
}

} // namespace

bool is_host_name(std::string_view text) noexcept {
    if (text.ends_with('.')) {
        text.remove_suffix(1);
    }
    if (text.size() > longest_host_name) {
        return false;
    }
    while (true) {
        const auto dot = text.find('.');
        if (!is_label(text.substr(0, dot))) {
            return false;
        }
        if (dot == std::string_view::npos) {
            return true;
        }
        text.remove_prefix(dot + 1);
    }
}

} // namespace roomport::http
