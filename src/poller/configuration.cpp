#include "poller/configuration.hpp"

#include "program/duration_text.hpp"
#include "program/files.hpp"

#include <roomport/hathora/room_id.hpp>
#include <roomport/http/origin.hpp>

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace roomport::poller {
namespace {

/// Reads the value of one key. @return what is wrong and what to do; empty when nothing is.
using value_reader = std::function<std::string(const toml::node&)>;

class known_key {
public:
    known_key(std::string_view its_name, value_reader how) : name(its_name), read(std::move(how)) {}

    std::string_view name;
    value_reader read;
};

class known_section {
public:
    known_section(std::string_view its_name, std::vector<known_key> its_keys)
        : name(its_name), keys(std::move(its_keys)) {}

    std::string_view name;
    std::vector<known_key> keys;
};

std::string_view kind_of(const toml::node& value) {
    switch (value.type()) {
    case toml::node_type::table:
        return "a table";
    case toml::node_type::array:
        return "a list";
    case toml::node_type::string:
        return "a text";
    case toml::node_type::integer:
        return "a whole number";
    case toml::node_type::floating_point:
        return "a number with a fraction";
    case toml::node_type::boolean:
        return "true or false";
    default:
        return "a date or time";
    }
}

std::string wrong_type(const toml::node& value, std::string_view wanted) {
    return "is " + std::string(kind_of(value)) + "; give " + std::string(wanted);
}

template <class Text, class Check>
value_reader text(Text& to, std::string wanted, Check is_good) {
    return [&to, wanted = std::move(wanted), is_good](const toml::node& value) -> std::string {
        const auto given = value.value_exact<std::string>();
        if (!given) {
            return wrong_type(value, wanted);
        }
        if (!is_good(*given)) {
            return "is not usable; give " + wanted;
        }
        to = *given;
        return {};
    };
}

template <class Text>
value_reader file_name(Text& to) {
    return text(to, "the name of a file, as a text",
                [](const std::string& given) { return !given.empty(); });
}

template <class Duration>
value_reader length_of_time(Duration& to) {
    return [&to](const toml::node& value) -> std::string {
        static constexpr const char* wanted =
            "a number over 0 with ms, s, m or h, as a text like \"1500ms\" or \"2m\"";
        const auto given = value.value_exact<std::string>();
        if (!given) {
            return wrong_type(value, wanted);
        }
        const auto parsed = program::parse_duration(*given);
        if (!parsed) {
            return "is not a length of time; give " + std::string(wanted);
        }
        to = *parsed;
        return {};
    };
}

template <class Number>
value_reader whole_number(Number& to, std::int64_t least, std::int64_t most) {
    return [&to, least, most](const toml::node& value) -> std::string {
        const auto wanted =
            "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
        const auto given = value.value_exact<std::int64_t>();
        if (!given) {
            return wrong_type(value, wanted);
        }
        if (*given < least || *given > most) {
            return "is out of range; give " + wanted;
        }
        to = static_cast<Number>(*given);
        return {};
    };
}

value_reader yes_or_no(bool& to) {
    return [&to](const toml::node& value) -> std::string {
        const auto given = value.value_exact<bool>();
        if (!given) {
            return wrong_type(value, "true or false");
        }
        to = *given;
        return {};
    };
}

bool is_level(std::string_view given) {
    static constexpr std::array levels{"debug", "info", "warning", "error"};
    return std::find(levels.begin(), levels.end(), given) != levels.end();
}

std::vector<known_section> known_sections(configuration& to) {
    constexpr std::int64_t least_bytes = 1 << 20;
    constexpr std::int64_t most_bytes = 1'000'000'000'000;
    auto& [listen, client, rooms, log] = to;
    std::vector<known_section> sections;
    sections.emplace_back(
        "listen",
        std::vector<known_key>{
            {"address", text(listen.address, "HOST:PORT as a text, like \"localhost:8180\"",
                             [](const std::string& given) { return given.size() > 2; })},
            {"tls_certificate", file_name(listen.tls_certificate)},
            {"tls_key", file_name(listen.tls_key)},
            {"token_file", file_name(listen.token_file)},
            {"max_connections", whole_number(listen.max_connections, 1, 1'000'000)},
            {"max_connections_per_address",
             whole_number(listen.max_connections_per_address, 1, 1'000'000)},
            {"max_holds", whole_number(listen.max_holds, 1, 1'000'000)},
            {"max_input_bytes", whole_number(listen.max_input_bytes, least_bytes, most_bytes)},
            {"max_output_bytes", whole_number(listen.max_output_bytes, least_bytes, most_bytes)},
            {"request_timeout", length_of_time(listen.request_timeout)},
            {"idle_timeout", length_of_time(listen.idle_timeout)}});
    sections.emplace_back(
        "api",
        std::vector<known_key>{
            {"endpoint",
             text(client.endpoint, "a URL like \"https://HOST[:PORT]\", without user and path",
                  [](const std::string& given) { return http::origin::parse(given).has_value(); })},
            {"app_id", text(client.app_id, std::string(hathora::id_rule) + ", as a text",
                            [](const std::string& given) { return hathora::is_valid_id(given); })},
            {"ca_file", file_name(client.ca_file)},
            {"token_file", file_name(client.token_file)},
            {"client_certificate", file_name(client.certificate_file)},
            {"client_key", file_name(client.key_file)},
            {"allow_plaintext", yes_or_no(client.allow_plaintext)},
            {"max_connections", whole_number(client.max_connections, 1, 10'000)},
            {"connect_timeout", length_of_time(client.connect_timeout)},
            {"request_timeout", length_of_time(client.request_timeout)}});
    sections.emplace_back(
        "rooms",
        std::vector<known_key>{{"timeout", length_of_time(client.timeout)},
                               {"not_found_grace", length_of_time(rooms.not_found_grace)},
                               {"poll_interval", length_of_time(client.poll_interval)},
                               {"max_failures", whole_number(client.max_failures, 0, 1'000'000)},
                               {"max_rooms", whole_number(rooms.max_rooms, 1, 100'000)},
                               {"from_standard_input", yes_or_no(rooms.from_standard_input)}});
    sections.emplace_back(
        "log", std::vector<known_key>{
                   {"level", text(log.level, "one of \"debug\", \"info\", \"warning\", \"error\"",
                                  is_level)}});
    return sections;
}

template <class List>
std::string names_of(const List& list) {
    std::string names;
    for (const auto& each : list) {
        names += names.empty() ? "" : ", ";
        names += each.name;
    }
    return names;
}

template <class List>
auto find_name(const List& list, std::string_view name) {
    return std::find_if(list.begin(), list.end(),
                        [&](const auto& each) { return each.name == name; });
}

void read_section(const known_section& section, const toml::table& from,
                  program::configuration_problems& problems) {
    for (const auto& [key, value] : from) {
        const auto name = std::string(section.name) + "." + std::string(key.str());
        const auto known = find_name(section.keys, key.str());
        if (known == section.keys.end()) {
            problems.add(key.source().begin.line, name,
                         "there is no such key; [" + std::string(section.name) +
                             "] knows: " + names_of(section.keys));
            continue;
        }
        const auto wrong = known->read(value);
        if (!wrong.empty()) {
            problems.add(value.source().begin.line, name, wrong);
        }
    }
}

toml::table parse(const std::filesystem::path& file) {
    std::optional<std::string> content;
    try {
        content = program::read_file(file);
    } catch (const std::system_error& why) {
        throw configuration_error("the configuration can't be read: " + std::string(why.what()) +
                                  "; give --config a regular file of at most 1 MiB");
    }
    if (!content) {
        throw configuration_error(file.string() + ": can't be read; give --config a readable file");
    }
    try {
        return toml::parse(*content, file.string());
    } catch (const toml::parse_error& wrong) {
        program::configuration_problems problems(file.string());
        problems.add(wrong.source().begin.line, "",
                     "is not TOML: " + std::string(wrong.description()));
        problems.throw_if_any();
        throw;
    }
}

} // namespace

configuration read_configuration(const std::filesystem::path& file) {
    const auto root = parse(file);
    configuration result;
    const auto sections = known_sections(result);
    program::configuration_problems problems(file.string());
    for (const auto& [key, value] : root) {
        const auto known = find_name(sections, key.str());
        const auto line = key.source().begin.line;
        if (known == sections.end()) {
            problems.add(line, std::string(key.str()),
                         "there is no such section; there are: " + names_of(sections));
        } else if (const auto* table = value.as_table()) {
            read_section(*known, *table, problems);
        } else {
            problems.add(line, std::string(key.str()),
                         wrong_type(value, "a section, [" + std::string(known->name) + "]"));
        }
    }
    problems.throw_if_any();
    return result;
}

} // namespace roomport::poller
