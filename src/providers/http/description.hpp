#pragma once

#include "allocation/capabilities.hpp"
#include "allocation/outcome.hpp"
#include "providers/config_section.hpp"
#include "providers/http/text_template.hpp"

#include <roomport/http/message.hpp>
#include <roomport/http/origin.hpp>

#include <boost/json/value.hpp>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace roomport::providers {

/// A row of `refused`: which answers it speaks of, and what they mean.
class refusal_row {
public:
    refusal_row() = default;
    int status = 0;
    /// JSON pointers, and what has to stand there.
    std::vector<std::pair<std::string, boost::json::value>> where;
    allocation::refusal_class why = allocation::refusal_class::request;
};

/// How one verb is asked, and what all of them have in their answers.
class http_verb {
public:
    http_verb() = default;
    http::method method = http::method::get;
    http::origin origin;
    /// Path and query.
    text_template target;
    /// Read anew for each request; sent as `Authorization: Bearer`. Empty: none.
    std::string token_file;
    std::vector<std::pair<std::string, text_template>> fields;
    /// The body; null: none.
    boost::json::value body;
    std::vector<int> accepted;
    /// Statuses that say that there is no such server.
    std::vector<int> gone_status;
    std::vector<refusal_row> refused;
};

/// How the states of a server are called.
class state_words {
public:
    state_words() = default;
    /// A JSON pointer; empty: an answer alone says that the server is there.
    std::string at;
    std::vector<std::string> allocated;
    std::vector<std::string> gone;
    std::vector<std::string> failed;
};

/// How the ports of a server are written.
enum class port_shape { map, array, text, number };

/// Our names of a port, and the platform's.
class port_name {
public:
    port_name() = default;
    std::string ours;
    std::string theirs;
    std::string transport;
};

/// How a list goes on.
enum class paging { none, token, page, offset };

/// A platform as `[provider.http]` describes it.
class http_description {
public:
    http_description() = default;

    allocation::capabilities platform;
    std::vector<int> conflict_status;

    http_verb create;
    std::string create_key;

    http_verb observe;
    state_words states;
    std::string host;
    port_shape shape = port_shape::map;
    std::string ports;

    std::optional<http_verb> find;
    /// A JSON pointer to the list; empty: the answer is the one server.
    std::string find_items;
    std::string find_key;
    state_words find_states;

    std::optional<http_verb> list;
    std::string list_items;
    std::string list_key;
    std::string list_tag;
    /// A JSON pointer to the time of creation, RFC 3339 or milliseconds since 1970; empty: not told.
    std::string list_created;
    state_words list_states;
    paging pages = paging::none;
    std::string next_page;
    std::string page_parameter;
    std::int64_t page_size = 100;

    std::optional<http_verb> stop;
};

/// Reads `[provider.http]`.
http_description read_http_description(config_section& from);

} // namespace roomport::providers
