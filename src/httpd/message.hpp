#pragma once

#include <roomport/http/message.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomport::httpd {

using http::field;

/// One `name=value` of a query, percent-decoded.
class query_parameter {
public:
    query_parameter() = default;
    query_parameter(std::string key, std::string text)
        : name(std::move(key)), value(std::move(text)) {}

    std::string name;
    std::string value;
};

/// One complete request.
class request {
public:
    request() = default;

    /// The method as it was sent, "GET".
    std::string method;

    /// The segments of the path, percent-decoded: "/a/b%20c" is {"a", "b c"}.
    std::vector<std::string> path;

    /// The query in order of appearance.
    std::vector<query_parameter> query;

    std::vector<field> fields;
    std::string body;

    /// The first field of that name, compared without case.
    std::optional<std::string_view> find(std::string_view name) const;

    /// How many fields have that name, compared without case.
    std::size_t count(std::string_view name) const;

    /// The first query parameter of that name.
    std::optional<std::string_view> find_query(std::string_view name) const;
};

/// One answer. Date, Content-Length and Connection are written by the session.
class response {
public:
    response() = default;
    response(int code, std::string text) : status(code), body(std::move(text)) {}

    int status = 200;
    std::vector<field> fields;

    /// The media type of the body; not sent without one.
    std::string content_type = "application/json";
    std::string body;

    /// The body, in place of @ref body, where several answers have the same one: it is kept once for all of them.
    std::shared_ptr<const std::string> shared_body;
};

/// An answer `{"message": text}`, the error body of the API.
response error_response(int status, std::string_view text);

/// Splits and decodes a request target ("/a/b?c=d", or with scheme and host before it) into path and query.
/// @return false when it is neither, or when a percent sign is not followed by two hexadecimal digits.
bool read_target(std::string_view target, request& into);

/// How the head of an answer and its body are sent.
class serialization {
public:
    serialization() = default;

    /// Whether the connection ends after this answer.
    bool close = false;
    /// Whether the body is left out because the request was HEAD.
    bool head_only = false;
    /// Whether the request was HTTP/1.0, which has to be told that the connection stays open.
    bool is_http_1_0 = false;
};

/// The bytes of an answer, without a body that it shares with others.
/// @param date the value of the Date field.
std::string serialize(const response& answer, const serialization& how, std::string_view date);

/// The current time as a Date field has it.
std::string http_date();

} // namespace roomport::httpd
