#include "providers/config_section.hpp"

#include "program/duration_text.hpp"

#include <algorithm>

namespace roomport::providers {
namespace {

std::string list_of(const auto& words) {
    std::string text;
    for (const auto& each : words) {
        text += text.empty() ? "" : ", ";
        text += each;
    }
    return text;
}

} // namespace

const toml::node* config_section::take(std::string_view key) {
    known_.emplace(key);
    return from_.get(key);
}

template <class T>
std::optional<T> config_section::exact(std::string_view key, const char* wanted) {
    const auto* node = take(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    auto value = node->value_exact<T>();
    if (!value) {
        wrong(key, std::string("give ") + wanted);
    }
    return value;
}

std::optional<std::string> config_section::text(std::string_view key) {
    auto value = exact<std::string>(key, "a text");
    if (value && value->empty()) {
        wrong(key, "is empty; give a text, or leave it out");
        return std::nullopt;
    }
    return value;
}

std::optional<std::string> config_section::one_of(std::string_view key,
                                                  const std::vector<std::string>& words) {
    auto value = text(key);
    if (value && std::find(words.begin(), words.end(), *value) == words.end()) {
        wrong(key, "give one of: " + list_of(words));
        return std::nullopt;
    }
    return value;
}

std::optional<duration> config_section::length_of_time(std::string_view key) {
    const auto given = text(key);
    if (!given) {
        return std::nullopt;
    }
    const auto parsed = program::parse_duration(*given);
    if (!parsed) {
        wrong(key, "give a number over 0 with ms, s, m or h, like \"1500ms\" or \"2m\"");
    }
    return parsed;
}

std::optional<std::int64_t> config_section::whole_number(std::string_view key, std::int64_t least,
                                                         std::int64_t most) {
    const std::string wanted =
        "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    const auto value = exact<std::int64_t>(key, wanted.c_str());
    if (value && (*value < least || *value > most)) {
        wrong(key, "give " + wanted);
        return std::nullopt;
    }
    return value;
}

std::optional<double> config_section::number(std::string_view key, double least, double most) {
    const auto* node = take(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    const auto value = node->is_number() ? node->value<double>() : std::nullopt;
    if (!value || !(*value >= least && *value <= most)) {
        std::string wanted = "give a number from " + std::to_string(least);
        wanted.erase(wanted.find_last_not_of('0') + 1);
        wrong(key, wanted + " to " + std::to_string(static_cast<std::int64_t>(most)));
        return std::nullopt;
    }
    return value;
}

std::optional<bool> config_section::yes_or_no(std::string_view key) {
    return exact<bool>(key, "true or false");
}

std::optional<std::vector<std::string>> config_section::texts(std::string_view key) {
    const auto* node = take(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    std::vector<std::string> result;
    const auto* list = node->as_array();
    if (list != nullptr) {
        for (const auto& each : *list) {
            if (auto value = each.value_exact<std::string>()) {
                result.push_back(*std::move(value));
            }
        }
    }
    if (list == nullptr || result.size() != list->size()) {
        wrong(key, "give a list of texts, like [\"a\", \"b\"]");
        return std::nullopt;
    }
    return result;
}

std::optional<std::vector<int>> config_section::statuses(std::string_view key) {
    const auto* node = take(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    std::vector<int> result;
    const auto* list = node->as_array();
    if (list != nullptr) {
        for (const auto& each : *list) {
            const auto value = each.value_exact<std::int64_t>();
            if (value && *value >= 200 && *value <= 599) {
                result.push_back(static_cast<int>(*value));
            }
        }
    }
    if (list == nullptr || result.size() != list->size()) {
        wrong(key, "give a list of HTTP statuses from 200 to 599, like [200, 201]");
        return std::nullopt;
    }
    return result;
}

std::optional<config_section> config_section::section(std::string_view key) {
    const auto* node = take(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    if (const auto* table = node->as_table()) {
        return config_section(*table, path_ + "." + std::string(key), problems_);
    }
    wrong(key, "give a table, [" + path_ + "." + std::string(key) + "]");
    return std::nullopt;
}

std::vector<config_section> config_section::sections(std::string_view key) {
    std::vector<config_section> result;
    const auto* node = take(key);
    if (node == nullptr) {
        return result;
    }
    const auto* list = node->as_array();
    if (list == nullptr || !list->is_array_of_tables()) {
        wrong(key, "give a list of tables, [[" + path_ + "." + std::string(key) + "]]");
        return result;
    }
    for (const auto& each : *list) {
        result.emplace_back(*each.as_table(), path_ + "." + std::string(key), problems_);
    }
    return result;
}

const toml::node* config_section::any(std::string_view key) {
    return take(key);
}

const toml::table& config_section::all_keys() {
    for (const auto& [key, value] : from_) {
        known_.emplace(key.str());
    }
    return from_;
}

void config_section::require(std::string_view key, const std::string& what) {
    if (take(key) == nullptr) {
        wrong("the key " + std::string(key) + " is missing; give " + what);
    }
}

void config_section::wrong(std::string_view key, const std::string& what) {
    const auto* node = from_.get(key);
    problems_.add((node != nullptr ? node->source() : from_.source()).begin.line,
                  path_ + "." + std::string(key), what);
}

void config_section::wrong(const std::string& what) {
    problems_.add(from_.source().begin.line, path_, what);
}

void config_section::finish() {
    for (const auto& [key, value] : from_) {
        if (!known_.contains(key.str())) {
            problems_.add(key.source().begin.line, path_ + "." + std::string(key.str()),
                          "there is no such key; " + path_ + " knows: " + list_of(known_));
        }
    }
}

} // namespace roomport::providers
