#include "httpd/message.hpp"

#include "common/hexadecimal.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace roomport::httpd {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

bool percent_decode(std::string_view text, bool plus_is_space, std::string& out) {
    out.clear();
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (i + 2 >= text.size()) {
                return false;
            }
            const int high = detail::hexadecimal_value(text[i + 1]);
            const int low = detail::hexadecimal_value(text[i + 2]);
            if (high < 0 || low < 0) {
                return false;
            }
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            out += plus_is_space && text[i] == '+' ? ' ' : text[i];
        }
    }
    return true;
}

std::string_view cut(std::string_view& rest, char separator) {
    const auto end = std::min(rest.find(separator), rest.size());
    const auto piece = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return piece;
}

std::string_view reason(int status) {
    struct row {
        int status;
        std::string_view text;
    };
    static constexpr std::array rows{
        row{200, "OK"},
        row{201, "Created"},
        row{202, "Accepted"},
        row{204, "No Content"},
        row{400, "Bad Request"},
        row{401, "Unauthorized"},
        row{403, "Forbidden"},
        row{404, "Not Found"},
        row{405, "Method Not Allowed"},
        row{408, "Request Timeout"},
        row{410, "Gone"},
        row{413, "Content Too Large"},
        row{422, "Unprocessable Content"},
        row{429, "Too Many Requests"},
        row{431, "Request Header Fields Too Large"},
        row{500, "Internal Server Error"},
        row{501, "Not Implemented"},
        row{502, "Bad Gateway"},
        row{503, "Service Unavailable"},
        row{504, "Gateway Timeout"},
        row{505, "HTTP Version Not Supported"},
    };
    const auto* found =
        std::find_if(rows.begin(), rows.end(), [&](const row& r) { return r.status == status; });
    return found != rows.end() ? found->text : "Unknown";
}

void append_json_string(std::string& out, std::string_view text) {
    static constexpr std::string_view digits = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            out += "\\u00";
            out += digits[byte >> 4U];
            out += digits[byte & 15U];
        } else {
            out += c;
        }
    }
    out += '"';
}

} // namespace

std::optional<std::string_view> request::find(std::string_view name) const {
    for (const auto& each : fields) {
        if (equal_ignoring_case(each.name, name)) {
            return each.value;
        }
    }
    return std::nullopt;
}

std::size_t request::count(std::string_view name) const {
    return static_cast<std::size_t>(
        std::count_if(fields.begin(), fields.end(),
                      [&](const field& each) { return equal_ignoring_case(each.name, name); }));
}

std::optional<std::string_view> request::find_query(std::string_view name) const {
    for (const auto& each : query) {
        if (each.name == name) {
            return each.value;
        }
    }
    return std::nullopt;
}

response error_response(int status, std::string_view text) {
    response answer(status, "{\"message\":");
    append_json_string(answer.body, text);
    answer.body += '}';
    return answer;
}

bool read_target(std::string_view target, request& into) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (equal_ignoring_case(target.substr(0, scheme.size()), scheme)) {
            target.remove_prefix(scheme.size());
            target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
            if (target.empty() || target.front() == '?') {
                return false;
            }
            break;
        }
    }
    if (target.empty() || target.front() != '/') {
        return false;
    }
    const auto path = cut(target, '?');
    std::string decoded;
    for (auto rest = path.substr(1); !rest.empty();) {
        const bool ends_with_slash = rest.find('/') == rest.size() - 1;
        if (!percent_decode(cut(rest, '/'), false, decoded)) {
            return false;
        }
        into.path.push_back(decoded);
        if (ends_with_slash) {
            into.path.emplace_back();
        }
    }
    while (!target.empty()) {
        auto value = cut(target, '&');
        const auto name = cut(value, '=');
        query_parameter parameter;
        if (!percent_decode(name, true, parameter.name) ||
            !percent_decode(value, true, parameter.value)) {
            return false;
        }
        if (!parameter.name.empty()) {
            into.query.push_back(std::move(parameter));
        }
    }
    return true;
}

std::string serialize(const response& answer, const serialization& how, std::string_view date) {
    std::string out = "HTTP/1.1 " + std::to_string(answer.status) + " ";
    out += reason(answer.status);
    const auto add = [&](std::string_view name, std::string_view value) {
        out += "\r\n";
        out += name;
        out += ": ";
        out += value;
    };
    add("Date", date);
    const bool has_body = answer.status != 204 && answer.status != 304 && answer.status >= 200;
    const auto& body = answer.shared_body ? *answer.shared_body : answer.body;
    if (has_body) {
        if (!body.empty()) {
            add("Content-Type", answer.content_type);
        }
        add("Content-Length", std::to_string(body.size()));
    }
    for (const auto& each : answer.fields) {
        add(each.name, each.value);
    }
    if (how.close) {
        add("Connection", "close");
    } else if (how.is_http_1_0) {
        add("Connection", "keep-alive");
    }
    out += "\r\n\r\n";
    if (has_body && !how.head_only && !answer.shared_body) {
        out += answer.body;
    }
    return out;
}

std::string http_date() {
    static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed",
                                                     "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    const auto two = [](int value) {
        std::string digits = std::to_string(value);
        return digits.size() < 2 ? "0" + digits : digits;
    };
    return std::string(days.at(static_cast<std::size_t>(parts.tm_wday))) + ", " +
           two(parts.tm_mday) + " " + months.at(static_cast<std::size_t>(parts.tm_mon)) + " " +
           std::to_string(parts.tm_year + 1900) + " " + two(parts.tm_hour) + ":" +
           two(parts.tm_min) + ":" + two(parts.tm_sec) + " GMT";
}

} // namespace roomport::httpd
