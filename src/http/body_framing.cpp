#include "http/body_framing.hpp"

#include "http/ascii.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

namespace roomport::http::detail {
namespace {

struct framing_fields {
    std::optional<std::uint64_t> length;
    bool is_chunked = false;
    bool says_close = false;
    bool says_keep_alive = false;
};

std::optional<std::uint64_t> read_length(std::string_view text) {
    std::uint64_t value = 0;
    const auto* last = text.data() + text.size();
    if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) {
        return std::nullopt;
    }
    const auto [end, ec] = std::from_chars(text.data(), last, value);
    if (ec != std::errc() || end != last) {
        return std::nullopt;
    }
    return value;
}

// A list of tokens, some of which may be empty.
bool read_connection(std::string_view list, framing_fields& to) {
    while (!list.empty()) {
        const auto comma = list.find(',');
        const auto option = trim(list.substr(0, comma));
        if (!option.empty() && !is_token(option)) {
            return false;
        }
        to.says_close = to.says_close || equals_ignoring_case(option, "close");
        to.says_keep_alive = to.says_keep_alive || equals_ignoring_case(option, "keep-alive");
        list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    }
    return true;
}

std::optional<framing_fields> collect(const std::vector<field>& fields) {
    framing_fields found;
    for (const auto& item : fields) {
        if (equals_ignoring_case(item.name, "Content-Length")) {
            const auto length = read_length(trim(item.value));
            if (!length || (found.length && *found.length != *length)) {
                return std::nullopt;
            }
            found.length = length;
        } else if (equals_ignoring_case(item.name, "Transfer-Encoding")) {
            if (found.is_chunked || !equals_ignoring_case(trim(item.value), "chunked")) {
                return std::nullopt;
            }
            found.is_chunked = true;
        } else if (equals_ignoring_case(item.name, "Connection") &&
                   !read_connection(item.value, found)) {
            return std::nullopt;
        }
    }
    return found;
}

} // namespace

boost::system::result<body_framing> decide_framing(int status, int minor_version,
                                                   const std::vector<field>& fields) {
    const auto found = collect(fields);
    if (!found || (found->is_chunked && (found->length || minor_version == 0))) {
        return error_code(error::bad_http);
    }
    body_framing result;
    result.keep_alive = !found->says_close && (minor_version == 1 || found->says_keep_alive);
    if (status < 200 || status == 204 || status == 304) {
        result.how = body_framing::kind::none;
    } else if (found->is_chunked) {
        result.how = body_framing::kind::chunked;
    } else if (found->length) {
        result.how = *found->length == 0 ? body_framing::kind::none : body_framing::kind::length;
        result.length = *found->length;
    } else {
        result.how = body_framing::kind::until_close;
        result.keep_alive = false;
    }
    return result;
}

} // namespace roomport::http::detail
