#include "providers/http/description.hpp"

#include <algorithm>
#include <array>

namespace roomport::providers {
namespace {

using allocation::refusal_class;

const std::vector<std::string_view> intent_names{"room_id", "config", "region", "owner",
                                                 "app_id",  "intent", "uuid",   "generation"};
const std::vector<std::string_view> key_names{"key"};
const std::vector<std::string_view> owner_names{"owner"};

constexpr std::string_view file_name = "file:";

class class_word {
public:
    std::string_view text;
    refusal_class value;
};
constexpr std::array class_words{
    class_word{"retry", refusal_class::retry},
    class_word{"no_capacity", refusal_class::no_capacity},
    class_word{"throttled", refusal_class::throttled},
    class_word{"auth", refusal_class::auth},
    class_word{"config", refusal_class::config},
    class_word{"quota", refusal_class::quota},
    class_word{"request", refusal_class::request},
    class_word{"burnt", refusal_class::burnt},
    class_word{"unknown_outcome", refusal_class::unknown_outcome},
};

std::string pointer(config_section& from, std::string_view key) {
    auto text = from.text(key);
    if (text && (*text)[0] != '/') {
        from.wrong(key, "give a JSON pointer, which begins with '/': \"/status/state\"");
        return {};
    }
    return text.value_or("");
}

std::string required_pointer(config_section& from, std::string_view key, const std::string& what) {
    from.require(key, what + " as a JSON pointer, like \"/id\"");
    return pointer(from, key);
}

boost::json::value to_json(const toml::node& node) {
    if (const auto* table = node.as_table()) {
        boost::json::object result;
        for (const auto& [key, value] : *table) {
            result.emplace(key.str(), to_json(value));
        }
        return result;
    }
    if (const auto* list = node.as_array()) {
        boost::json::array result;
        for (const auto& each : *list) {
            result.push_back(to_json(each));
        }
        return result;
    }
    if (const auto value = node.value_exact<std::string>()) {
        return boost::json::value(boost::json::string(*value));
    }
    if (const auto value = node.value_exact<std::int64_t>()) {
        return *value;
    }
    if (const auto value = node.value_exact<double>()) {
        return *value;
    }
    if (const auto value = node.value_exact<bool>()) {
        return *value;
    }
    return nullptr;
}

void read_request(config_section& from, http_verb& to, const std::vector<std::string_view>& names) {
    from.require("request", "a method and a URL, like \"GET https://alloc.example.net/sessions\"");
    const auto text = from.text("request");
    if (!text) {
        return;
    }
    const auto space = text->find(' ');
    const auto word = text->substr(0, space);
    const std::array methods{
        std::pair{"GET", http::method::get}, std::pair{"POST", http::method::post},
        std::pair{"PUT", http::method::put}, std::pair{"PATCH", http::method::patch},
        std::pair{"DELETE", http::method::delete_}};
    const auto* method = std::find_if(methods.begin(), methods.end(),
                                      [&](const auto& each) { return each.first == word; });
    if (space == std::string::npos || method == methods.end()) {
        from.wrong("request", "begin with GET, POST, PUT, PATCH or DELETE and a space");
        return;
    }
    to.method = method->second;
    const std::string url = text->substr(space + 1);
    const auto scheme = url.find("://");
    const auto path =
        scheme == std::string::npos ? std::string::npos : url.find_first_of("/?", scheme + 3);
    const auto origin = http::origin::parse(url.substr(0, path));
    if (origin.has_error()) {
        from.wrong("request", "give a URL with https, a host without placeholders, and a path");
        return;
    }
    to.origin = *origin;
    if (!to.origin.is_secure() && !to.origin.is_loopback()) {
        from.wrong("request", "use https: plain http goes to this machine only");
    }
    std::string problem;
    const std::string target = path == std::string::npos ? "/" : url.substr(path);
    to.target = text_template::parse(target[0] == '?' ? "/" + target : target, names, problem);
    if (!problem.empty()) {
        from.wrong("request", problem);
    }
    const bool is_visible = std::all_of(target.begin(), target.end(),
                                        [](char each) { return each > 0x20 && each < 0x7F; });
    if (!is_visible || target.find('#') != std::string::npos) {
        from.wrong("request", "write what is not visible ASCII as %XX, and no '#'");
    }
}

void read_headers(config_section& from, http_verb& to, std::vector<std::string_view> names) {
    auto headers = from.section("headers");
    if (!headers) {
        return;
    }
    names.push_back(file_name);
    for (const auto& [key, value] : headers->all_keys()) {
        const std::string name(key.str());
        const auto text = headers->text(name);
        if (!text) {
            continue;
        }
        std::string problem;
        auto parsed = text_template::parse(*text, names, problem);
        std::string lower = name;
        std::transform(lower.begin(), lower.end(), lower.begin(), [](char each) {
            return each >= 'A' && each <= 'Z' ? static_cast<char>(each + 32) : each;
        });
        if (!problem.empty()) {
            headers->wrong(name, problem);
        } else if (lower == "authorization") {
            if (*text != "Bearer {file:" + parsed.file() + "}") {
                headers->wrong(name, "give \"Bearer {file:PATH}\": other schemes can't be sent "
                                     "yet, and a secret does "
                                     "not stand in this file");
            }
            to.token_file = parsed.file();
        } else if (!parsed.file().empty()) {
            headers->wrong(name, "a file can only be the token of Authorization");
        } else {
            to.fields.emplace_back(name, std::move(parsed));
        }
    }
    headers->finish();
}

void read_refusals(config_section& from, http_verb& to) {
    for (auto& row : from.sections("refused")) {
        refusal_row made;
        row.require("status", "the HTTP status that it speaks of");
        made.status = static_cast<int>(row.whole_number("status", 200, 599).value_or(0));
        if (auto where = row.section("where")) {
            for (const auto& [key, value] : where->all_keys()) {
                if (!key.str().starts_with('/')) {
                    where->wrong(key.str(), "is no JSON pointer, which begins with '/'");
                }
                made.where.emplace_back(key.str(), to_json(value));
            }
        }
        row.require("class", "what it means");
        std::vector<std::string> words;
        for (const class_word& each : class_words) {
            words.emplace_back(each.text);
        }
        if (const auto word = row.one_of("class", words)) {
            for (const class_word& each : class_words) {
                made.why = each.text == *word ? each.value : made.why;
            }
        }
        row.finish();
        to.refused.push_back(std::move(made));
    }
}

http_verb read_verb(config_section& from, const std::vector<std::string_view>& names,
                    std::vector<int> accepted, std::vector<int> gone) {
    http_verb verb;
    read_request(from, verb, names);
    read_headers(from, verb, names);
    if (const auto* body = from.any("json")) {
        verb.body = to_json(*body);
        const auto problem = problem_of_json(verb.body, names);
        if (!body->is_table()) {
            from.wrong("json", "give a table");
        } else if (!problem.empty()) {
            from.wrong("json", problem);
        }
    }
    verb.accepted = from.statuses("accepted").value_or(std::move(accepted));
    verb.gone_status = from.statuses("gone_status").value_or(std::move(gone));
    read_refusals(from, verb);
    return verb;
}

void read_words(config_section& from, state_words& words) {
    words.allocated = from.texts("allocated").value_or(words.allocated);
    words.gone = from.texts("gone").value_or(words.gone);
    words.failed = from.texts("failed").value_or(words.failed);
    // For the reader of the file: an unknown word is starting.
    from.texts("starting");
}

void read_observe(config_section& from, http_description& to) {
    to.observe = read_verb(from, key_names, {200}, {404, 410});
    to.states.at = required_pointer(from, "state", "where the state stands,");
    from.require("allocated", "the words for a server that players can use, like [\"up\"]");
    read_words(from, to.states);
    to.host = required_pointer(from, "host", "where the host stands,");
    from.require("ports", "{ shape = \"map\", at = \"/ports\" }");
    if (auto ports = from.section("ports")) {
        ports->require("shape", "map, array, text or number");
        ports->require("at", "a JSON pointer");
        const auto shape = ports->one_of("shape", {"map", "array", "text", "number"});
        to.shape = shape == "array"    ? port_shape::array
                   : shape == "text"   ? port_shape::text
                   : shape == "number" ? port_shape::number
                                       : port_shape::map;
        to.ports = pointer(*ports, "at");
        ports->finish();
    }
    from.finish();
}

void read_find(config_section& from, http_description& to) {
    // Where a list is asked for, 404 says that the path is wrong, not that there is no server.
    to.find = read_verb(from, intent_names, {200},
                        from.has("items") ? std::vector<int>() : std::vector<int>{404, 410});
    if (!to.find->target.has("uuid") && !to.find->target.has("intent") && to.find->body.is_null()) {
        from.wrong("request", "looks for no tag; put {uuid} or {intent} into it");
    }
    to.find_items = pointer(from, "items");
    to.find_key = required_pointer(from, "key", "where the key stands in an item,");
    to.find_states = to.states;
    to.find_states.at = pointer(from, "state");
    read_words(from, to.find_states);
    from.finish();
}

void read_list(config_section& from, http_description& to) {
    to.list = read_verb(from, owner_names, {200}, {});
    to.list_items = required_pointer(from, "items", "where the list stands,");
    to.list_key = required_pointer(from, "key", "where the key stands in an item,");
    to.list_tag = required_pointer(from, "tag", "where {uuid} or {intent} stands in an item,");
    to.list_created = pointer(from, "created");
    to.list_states = to.states;
    to.list_states.at = pointer(from, "state");
    read_words(from, to.list_states);
    if (auto pages = from.section("pages")) {
        pages->require("kind", "none, token, page or offset");
        const auto kind = pages->one_of("kind", {"none", "token", "page", "offset"});
        to.pages = kind == "token"    ? paging::token
                   : kind == "page"   ? paging::page
                   : kind == "offset" ? paging::offset
                                      : paging::none;
        if (to.pages != paging::none) {
            pages->require("parameter", "the name of the parameter in the query");
            to.page_parameter = pages->text("parameter").value_or("");
        }
        if (to.pages == paging::token) {
            to.next_page = required_pointer(*pages, "next", "where the next page is named,");
        }
        to.page_size = pages->whole_number("size", 1, 100'000).value_or(to.page_size);
        pages->finish();
    }
    from.finish();
}

} // namespace

http_description read_http_description(config_section& from) {
    http_description result;
    from.require("repeat", "what a repeated create does: native (gives the same server), conflict "
                           "(says that it exists), "
                           "find (may give another one), never (nothing can be found)");
    const auto repeat = from.one_of("repeat", {"native", "conflict", "find", "never"});
    result.platform.repeat = repeat == "native"  ? allocation::repeat_rule::same_server
                             : repeat == "never" ? allocation::repeat_rule::never
                                                 : allocation::repeat_rule::find_first;
    result.conflict_status = from.statuses("conflict_status").value_or(std::vector<int>{409});
    if (repeat != "conflict") {
        result.conflict_status.clear();
    }
    result.platform.is_no_capacity_proof = from.yes_or_no("no_capacity_is_proof").value_or(true);
    from.require("create", "how a server is asked for, [provider.http.create]");
    if (auto create = from.section("create")) {
        result.create = read_verb(*create, intent_names, {200, 201, 202}, {});
        result.create_key =
            required_pointer(*create, "key", "where the answer has the server's key,");
        create->finish();
    }
    from.require("observe", "how a server is looked at, [provider.http.observe]");
    if (auto observe = from.section("observe")) {
        read_observe(*observe, result);
    }
    if (auto find = from.section("find")) {
        read_find(*find, result);
    } else if (repeat && repeat != "never") {
        from.wrong("a find is needed, [provider.http.find]: without one a server whose creation "
                   "had no answer is lost; "
                   "where the platform has none, say repeat = \"never\"");
    }
    if (auto list = from.section("list")) {
        read_list(*list, result);
    }
    if (auto stop = from.section("stop")) {
        result.stop = read_verb(*stop, key_names, {200, 202, 204}, {404, 409, 410});
        stop->finish();
    }
    from.finish();
    return result;
}

} // namespace roomport::providers
