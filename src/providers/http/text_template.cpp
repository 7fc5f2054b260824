#include "providers/http/text_template.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>

namespace roomport::providers {
namespace {

constexpr std::string_view file_prefix = "file:";

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    constexpr std::string_view unreserved =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string result;
    for (const char each : text) {
        if (unreserved.find(each) != std::string_view::npos) {
            result += each;
        } else {
            const auto byte = static_cast<unsigned char>(each);
            result += '%';
            result += digits[byte >> 4U];
            result += digits[byte & 15U];
        }
    }
    // As a segment of a path these would lead elsewhere.
    if (result == "." || result == "..") {
        result = result == "." ? "%2E" : "%2E%2E";
    }
    return result;
}

std::string names_of(const std::vector<std::string_view>& allowed) {
    std::string names;
    for (const auto each : allowed) {
        names += names.empty() ? "" : ", ";
        names += "{" + std::string(each) + "}";
    }
    return names;
}

} // namespace

text_template text_template::parse(std::string_view text,
                                   const std::vector<std::string_view>& allowed,
                                   std::string& problem) {
    text_template result;
    piece literal;
    const auto end_literal = [&] {
        if (!literal.text.empty()) {
            result.pieces_.push_back(std::exchange(literal, piece()));
        }
    };
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char each = text[at];
        const bool is_doubled = at + 1 < text.size() && text[at + 1] == each;
        if ((each == '{' || each == '}') && is_doubled) {
            literal.text += each;
            ++at;
        } else if (each == '}') {
            problem = "has a '}' without its '{'; write }} for the character";
            return {};
        } else if (each == '{') {
            const auto end = text.find('}', at);
            if (end == std::string_view::npos) {
                problem = "has a '{' without its '}'; write {{ for the character";
                return {};
            }
            const auto name = text.substr(at + 1, end - at - 1);
            const bool is_file = name.starts_with(file_prefix);
            const auto kind = is_file ? file_prefix : name;
            if (std::find(allowed.begin(), allowed.end(), kind) == allowed.end()) {
                problem = "has {" + std::string(name) +
                          "}, which can't stand here; there are: " + names_of(allowed);
                return {};
            }
            end_literal();
            piece placeholder;
            placeholder.is_placeholder = true;
            placeholder.text = name;
            result.pieces_.push_back(std::move(placeholder));
            if (is_file) {
                if (!result.file_.empty()) {
                    problem = "has two files; one can be read";
                    return {};
                }
                result.file_ = name.substr(file_prefix.size());
            }
            at = end;
        } else {
            literal.text += each;
        }
    }
    end_literal();
    return result;
}

std::string text_template::fill(const placeholder_values& values, place where) const {
    std::string result;
    for (const piece& each : pieces_) {
        if (!each.is_placeholder) {
            result += each.text;
            continue;
        }
        const auto value = values.find(each.text);
        if (value != values.end()) {
            result += where == place::url ? percent_encoded(value->second) : value->second;
        }
    }
    return result;
}

bool text_template::has(std::string_view placeholder) const {
    return std::any_of(pieces_.begin(), pieces_.end(), [&](const piece& each) {
        return each.is_placeholder && each.text == placeholder;
    });
}

boost::json::value fill_json(const boost::json::value& from, const placeholder_values& values) {
    if (const auto* text = from.if_string()) {
        std::string problem;
        std::vector<std::string_view> names;
        for (const auto& [name, value] : values) {
            names.emplace_back(name);
        }
        const auto parsed =
            text_template::parse(std::string_view(text->data(), text->size()), names, problem);
        return boost::json::value(
            boost::json::string(parsed.fill(values, text_template::place::plain)));
    }
    if (const auto* list = from.if_array()) {
        boost::json::array result;
        for (const auto& each : *list) {
            result.push_back(fill_json(each, values));
        }
        return result;
    }
    if (const auto* object = from.if_object()) {
        boost::json::object result;
        for (const auto& each : *object) {
            result.emplace(each.key(), fill_json(each.value(), values));
        }
        return result;
    }
    return from;
}

std::string problem_of_json(const boost::json::value& from,
                            const std::vector<std::string_view>& allowed) {
    std::string problem;
    if (const auto* text = from.if_string()) {
        text_template::parse(std::string_view(text->data(), text->size()), allowed, problem);
    } else if (const auto* list = from.if_array()) {
        for (const auto& each : *list) {
            problem = problem.empty() ? problem_of_json(each, allowed) : problem;
        }
    } else if (const auto* object = from.if_object()) {
        for (const auto& each : *object) {
            problem = problem.empty() ? problem_of_json(each.value(), allowed) : problem;
        }
    }
    return problem;
}

} // namespace roomport::providers
