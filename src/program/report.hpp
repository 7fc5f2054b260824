#pragma once

#include <roomport/clock.hpp>
#include <roomport/error.hpp>
#include <roomport/json/object_writer.hpp>
#include <roomport/model/exposed_port.hpp>
#include <roomport/wait/wait_result.hpp>

#include <boost/system/system_error.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace roomport::program {

/// A failure as the program tells it, in words or as JSON.
class failure {
public:
    failure() = default;

    /// The room it is about, if any.
    std::optional<std::string> room_id;
    error_code error;
    /// Details; empty: the error's own text stands alone.
    std::string message;
    int http_status = 0;
    std::string last_status;
    error_code last_error;
    unsigned polls = 0;
    duration elapsed{};
};

/// A failed wait with its evidence.
failure to_failure(std::string room_id, error_code ec, const wait_evidence& evidence);

/// A text that can't be a room id.
failure bad_room_id(std::string_view text);

/// Writes the members of a failure's JSON object; a command may add its own.
void write(const failure& what, json::object_writer& object);

/// The JSON object of a failure.
std::string to_json(const failure& what);

/// The sentence of a failure: "room X: timeout: ...".
std::string to_sentence(const failure& what);

/// Why something was thrown: what was said with it and its code's own text, without the code's number. The text of
/// `error::invalid_argument` says no more than its word and is left out.
std::string to_reason(const boost::system::system_error& thrown);

/// `HOST:PORT TRANSPORT`, with brackets around an IPv6 address.
std::string to_text(const exposed_port& port);

/// A length of time for a human: "3.2s".
std::string seconds_text(duration value);

/// The JSON object of a room that is ready.
std::string to_json(std::string_view room_id, const wait_result& result);

/// Writes a line to standard output and flushes it.
/// @throws std::system_error when that fails: nobody would ever read the result.
void print_line(std::string_view line);

/// Writes a line to standard error, with the program's name.
void tell(std::string_view line);

/// Tells a failure on standard error, and as JSON on standard output when asked to.
void report(const failure& what, bool as_json);

} // namespace roomport::program
