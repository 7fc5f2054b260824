#include "server/launcher/command_template.hpp"

#include <algorithm>
#include <optional>

namespace roomport::server {
namespace {

constexpr std::string_view white_space = " \t\r\n";

boost::system::result<std::vector<std::string>, std::string> split_words(std::string_view text) {
    std::vector<std::string> words;
    std::optional<std::string> word;
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quote != 0) {
            if (c == quote) {
                quote = 0;
            } else if (quote == '"' && c == '\\' && i + 1 < text.size() &&
                       (text[i + 1] == '"' || text[i + 1] == '\\')) {
                *word += text[++i];
            } else {
                *word += c;
            }
            continue;
        }
        if (white_space.find(c) != white_space.npos) {
            if (word) {
                words.push_back(std::move(*word));
                word.reset();
            }
            continue;
        }
        if (!word) {
            word.emplace();
        }
        if (c == '\'' || c == '"') {
            quote = c;
        } else if (c == '\\') {
            if (++i == text.size()) {
                return std::string("the command ends with a backslash");
            }
            *word += text[i];
        } else {
            *word += c;
        }
    }
    if (quote != 0) {
        return std::string("the command has a quote without its end");
    }
    if (word) {
        words.push_back(std::move(*word));
    }
    return words;
}

std::optional<std::string> value_of(std::string_view name, const process_order& order) {
    if (name == "port") {
        return std::to_string(order.ports.front().number);
    }
    if (name.starts_with("port:")) {
        for (const auto& port : order.ports) {
            if (port.declared.name == name.substr(5)) {
                return std::to_string(port.number);
            }
        }
    }
    if (name == "process_id") {
        return order.process_id;
    }
    if (name == "room_id") {
        return order.room_id.value_or("");
    }
    if (name == "region") {
        return std::string(order.region.text());
    }
    return std::nullopt;
}

} // namespace

boost::system::result<command_template, std::string>
command_template::parse(std::string_view text, const std::vector<port_declaration>& ports) {
    auto words = split_words(text);
    if (words.has_error()) {
        return words.error();
    }
    if (words->empty() || words->front().empty()) {
        return std::string("the command is empty; write a program and its arguments");
    }
    for (const auto& word : *words) {
        for (auto at = word.find("{port:"); at != word.npos; at = word.find("{port:", at + 1)) {
            const auto name = word.substr(at + 6, word.find('}', at) - at - 6);
            if (std::none_of(ports.begin(), ports.end(),
                             [&](const auto& port) { return port.name == name; })) {
                return "the command asks for {port:" + name +
                       "}, but --ports does not declare that port";
            }
        }
    }
    command_template result;
    result.words_ = std::move(*words);
    return result;
}

bool command_template::begins_word_with_room_id() const {
    return std::any_of(words_.begin(), words_.end(),
                       [](const std::string& word) { return word.starts_with("{room_id}"); });
}

std::vector<std::string> command_template::fill(const process_order& order) const {
    std::vector<std::string> filled;
    filled.reserve(words_.size());
    for (const auto& word : words_) {
        auto& out = filled.emplace_back();
        for (std::size_t i = 0; i < word.size(); ++i) {
            const auto end = word[i] == '{' ? word.find('}', i) : word.npos;
            if (end != word.npos) {
                const auto name = std::string_view(word).substr(i + 1, end - i - 1);
                if (auto value = value_of(name, order)) {
                    out += *value;
                    i = end;
                    continue;
                }
            }
            out += word[i];
        }
    }
    return filled;
}

} // namespace roomport::server
