#include "providers/http/answers.hpp"

#include "program/listen_address.hpp"
#include "program/printable.hpp"

#include <roomport/model/timestamp.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>

namespace roomport::providers {
namespace {

using allocation::refusal_class;
using allocation::refused;
namespace json = boost::json;

constexpr std::size_t longest_key = 256;
constexpr std::size_t longest_message = 200;

bool contains(const auto& list, const auto& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

/// The body; nothing when it is no JSON.
std::optional<json::value> parse(const std::string& body) {
    json::error_code failed;
    auto value = json::parse(body, failed);
    return failed ? std::nullopt : std::optional(std::move(value));
}

const json::value* at(const json::value& from, const std::string& pointer) {
    json::error_code ignored;
    return from.find_pointer(pointer, ignored);
}

/// A text or a whole number as text; empty for anything else.
std::string text_of(const json::value* value) {
    if (value == nullptr) {
        return {};
    }
    if (const auto* text = value->if_string()) {
        return {text->data(), text->size()};
    }
    if (value->is_int64() || value->is_uint64()) {
        return json::serialize(*value);
    }
    return {};
}

std::string message_in(const std::optional<json::value>& body) {
    std::string text;
    if (body) {
        for (const char* pointer : {"/message", "/error/message", "/error"}) {
            text = text.empty() ? text_of(at(*body, pointer)) : text;
        }
    }
    if (text.size() > longest_message) {
        text.resize(longest_message);
    }
    return program::printable(text);
}

refusal_class class_of_failure(const http_answer& answer) {
    const error_code code = answer.failed;
    // Up to here no byte of the request has left.
    for (const error known :
         {error::queue_full, error::acquire_timeout, error::host_not_found, error::resolve_failed,
          error::connect_timeout, error::tls_identity_refused, error::tls_version_refused,
          error::tls_handshake_failed}) {
        if (code == known) {
            return refusal_class::retry;
        }
    }
    if (code == errc::connect) {
        return refusal_class::retry;
    }
    if (code == error::token_unavailable) {
        return refusal_class::auth;
    }
    if (code == error::invalid_argument || code == error::plaintext_refused) {
        return refusal_class::config;
    }
    // With TLS 1.3 a client certificate is refused after the handshake.
    if (code == error::tls_broken && answer.has_client_certificate) {
        return refusal_class::auth;
    }
    return refusal_class::unknown_outcome;
}

class reading {
public:
    reading(const http_verb& its_verb, const http_answer& its_answer)
        : verb(its_verb), answer(its_answer) {
        if (!answer.failed) {
            body = parse(answer.body);
        }
    }

    /// Why it is no success; nothing when it is one.
    std::optional<refused> refusal() const {
        refused how;
        how.not_before = answer.not_before;
        if (answer.failed) {
            how.why = class_of_failure(answer);
            how.reason = answer.failed.message();
            if (!answer.problem.empty()) {
                how.reason += ": " + answer.problem;
            }
            return how;
        }
        how.reason = "HTTP " + std::to_string(answer.status);
        if (const auto message = message_in(body); !message.empty()) {
            how.reason += ": " + message;
        }
        for (const refusal_row& row : verb.refused) {
            if (row.status == answer.status && fits(row)) {
                how.why = row.why;
                return how;
            }
        }
        if (contains(verb.accepted, answer.status)) {
            return std::nullopt;
        }
        if (answer.status == 401 || answer.status == 403) {
            how.why = refusal_class::auth;
        } else if (answer.status == 429) {
            how.why = refusal_class::throttled;
        } else if (answer.status >= 400 && answer.status < 500 && answer.status != 408 &&
                   answer.status != 425) {
            how.why = refusal_class::request;
        } else {
            how.why = refusal_class::unknown_outcome;
        }
        return how;
    }

    bool is_gone() const { return !answer.failed && contains(verb.gone_status, answer.status); }

    refused unreadable(const std::string& what) const {
        refused how;
        how.why = refusal_class::unknown_outcome;
        how.reason = "HTTP " + std::to_string(answer.status) + ", but " + what;
        return how;
    }

    const http_verb& verb;
    const http_answer& answer;
    std::optional<json::value> body;

private:
    bool fits(const refusal_row& row) const {
        return std::all_of(row.where.begin(), row.where.end(), [&](const auto& each) {
            const auto* value = body ? at(*body, each.first) : nullptr;
            return value != nullptr && *value == each.second;
        });
    }
};

bool is_over(const state_words& words, const json::value& item) {
    if (words.at.empty()) {
        return false;
    }
    const auto word = text_of(at(item, words.at));
    return contains(words.gone, word) || contains(words.failed, word);
}

/// The platform's number of a port; 0: none that can be used.
std::int32_t number_of(const json::value* value) {
    std::int64_t number = 0;
    if (value == nullptr) {
        return 0;
    }
    if (const auto* given = value->if_int64()) {
        number = *given;
    } else if (const auto* text = value->if_string()) {
        const char* end = text->data() + text->size();
        const auto parsed = std::from_chars(text->data(), end, number);
        number = parsed.ec == std::errc() && parsed.ptr == end ? number : 0;
    }
    return number >= 1 && number <= 65535 ? static_cast<std::int32_t>(number) : 0;
}

std::int32_t find_in_text(std::string_view text, std::string_view wanted) {
    while (!text.empty()) {
        const auto comma = text.find(',');
        const auto pair = text.substr(0, comma);
        const auto colon = pair.find(':');
        if (colon != std::string_view::npos && pair.substr(0, colon) == wanted) {
            const json::value number(json::string(pair.substr(colon + 1)));
            return number_of(&number);
        }
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    }
    return 0;
}

std::int32_t find_port(const http_description& how, const json::value* ports,
                       const std::string& name) {
    if (ports == nullptr) {
        return 0;
    }
    switch (how.shape) {
    case port_shape::number:
        return number_of(ports);
    case port_shape::text:
        return ports->is_string()
                   ? find_in_text({ports->get_string().data(), ports->get_string().size()}, name)
                   : 0;
    case port_shape::map:
        return ports->is_object() ? number_of(ports->get_object().if_contains(name)) : 0;
    case port_shape::array:
        if (const auto* list = ports->if_array()) {
            for (const auto& each : *list) {
                const auto* object = each.if_object();
                if (object != nullptr && text_of(object->if_contains("name")) == name) {
                    return number_of(object->if_contains("port"));
                }
            }
        }
        return 0;
    }
    return 0;
}

/// Where players go; what is missing is told in `missing`.
std::vector<exposed_port> endpoints_of(const http_description& how,
                                       const std::vector<port_name>& names, const json::value& body,
                                       std::string& missing) {
    std::vector<exposed_port> result;
    const auto host = text_of(at(body, how.host));
    if (!program::is_host_name(host)) {
        missing = "there is no usable host at " + how.host;
        return {};
    }
    const auto* ports = at(body, how.ports);
    for (const port_name& name : names) {
        exposed_port port;
        port.port = find_port(how, ports, name.theirs);
        if (port.port == 0) {
            // A port for both is told as two.
            port.port = find_port(how, ports, name.theirs + "-" + name.transport);
        }
        if (port.port == 0) {
            missing = "there is no usable port " + name.theirs + " at " + how.ports;
            return {};
        }
        port.name = name.ours;
        port.host = host;
        port.transport_type = open_enum<transport_type>(name.transport);
        result.push_back(std::move(port));
    }
    return result;
}

std::optional<duration> age_of(const json::value* created,
                               std::chrono::system_clock::time_point now) {
    using std::chrono::system_clock;
    std::optional<system_clock::time_point> when;
    if (created == nullptr) {
        return std::nullopt;
    }
    if (const auto* text = created->if_string()) {
        if (const auto parsed = parse_timestamp({text->data(), text->size()})) {
            when = *parsed;
        }
    } else if (const auto* number = created->if_int64()) {
        when = system_clock::time_point(std::chrono::milliseconds(*number));
    }
    return when ? std::optional<duration>(std::chrono::duration_cast<duration>(now - *when))
                : std::nullopt;
}

} // namespace

allocation::create_outcome read_create(const http_description& how, const http_answer& answer) {
    const reading read(how.create, answer);
    if (auto no = read.refusal()) {
        if (no->why == refusal_class::request && contains(how.conflict_status, answer.status)) {
            // It exists already: a find tells its key.
            no->why = refusal_class::unknown_outcome;
        }
        return *std::move(no);
    }
    allocation::accepted yes;
    yes.key = read.body ? text_of(at(*read.body, how.create_key)) : std::string();
    if (yes.key.empty() || yes.key.size() > longest_key) {
        return read.unreadable("there is no usable key at " + how.create_key);
    }
    return yes;
}

allocation::find_outcome read_find(const http_description& how, const http_answer& answer) {
    const reading read(*how.find, answer);
    if (read.is_gone()) {
        return allocation::found();
    }
    if (auto no = read.refusal()) {
        return *std::move(no);
    }
    allocation::found result;
    if (!read.body) {
        return read.unreadable("it is no JSON");
    }
    const auto add = [&](const json::value& item) {
        auto key = text_of(at(item, how.find_key));
        const bool is_good = !key.empty() && key.size() <= longest_key;
        if (is_good && !is_over(how.find_states, item)) {
            result.keys.push_back(std::move(key));
        }
        return is_good;
    };
    if (how.find_items.empty()) {
        if (!add(*read.body)) {
            return read.unreadable("there is no usable key at " + how.find_key);
        }
        return result;
    }
    const auto* items = at(*read.body, how.find_items);
    if (items == nullptr || !items->is_array()) {
        return read.unreadable("there is no list at " + how.find_items);
    }
    for (const auto& each : items->get_array()) {
        if (!add(each)) {
            return read.unreadable("an item has no usable key at " + how.find_key);
        }
    }
    return result;
}

allocation::observe_outcome read_observe(const http_description& how,
                                         const std::vector<port_name>& ports,
                                         const http_answer& answer) {
    const reading read(how.observe, answer);
    allocation::server_observation seen;
    if (read.is_gone()) {
        seen.state = allocation::server_state::gone;
        return seen;
    }
    if (auto no = read.refusal()) {
        return *std::move(no);
    }
    if (!read.body) {
        return read.unreadable("it is no JSON");
    }
    const auto word = text_of(at(*read.body, how.states.at));
    if (contains(how.states.gone, word)) {
        seen.state = allocation::server_state::gone;
        seen.message = "its server has ended: " + program::printable(word);
    } else if (contains(how.states.failed, word)) {
        seen.state = allocation::server_state::failed;
        seen.message = "its server has failed: " + program::printable(word);
    } else if (contains(how.states.allocated, word)) {
        seen.endpoints = endpoints_of(how, ports, *read.body, seen.message);
        if (!seen.endpoints.empty()) {
            seen.state = allocation::server_state::allocated;
        }
    }
    return seen;
}

allocation::stop_answer read_stop(const http_description& how, const http_answer& answer) {
    const reading read(*how.stop, answer);
    allocation::stop_answer result;
    if (read.is_gone()) {
        result.how = allocation::stop_outcome::done;
        return result;
    }
    if (const auto no = read.refusal()) {
        result.how = allocation::stop_outcome::failed;
        result.reason = no->reason;
        result.not_before = no->not_before;
        return result;
    }
    result.how = allocation::stop_outcome::done;
    return result;
}

std::variant<list_page, refused> read_list(const http_description& how, const http_answer& answer,
                                           std::chrono::system_clock::time_point now) {
    const reading read(*how.list, answer);
    if (auto no = read.refusal()) {
        return *std::move(no);
    }
    const auto* items = read.body ? at(*read.body, how.list_items) : nullptr;
    if (items == nullptr || !items->is_array()) {
        return read.unreadable("there is no list at " + how.list_items);
    }
    list_page page;
    for (const auto& each : items->get_array()) {
        ++page.items;
        allocation::listed_server server;
        server.key = text_of(at(each, how.list_key));
        if (server.key.empty() || server.key.size() > longest_key) {
            return read.unreadable("an item has no usable key at " + how.list_key);
        }
        server.tag = text_of(at(each, how.list_tag));
        if (!how.list_created.empty()) {
            server.age = age_of(at(each, how.list_created), now);
        }
        if (!is_over(how.list_states, each)) {
            page.servers.push_back(std::move(server));
        }
    }
    if (how.pages == paging::token) {
        page.next = text_of(at(*read.body, how.next_page));
    }
    return page;
}

} // namespace roomport::providers
