#include "program/report.hpp"

#include "program/descriptor_limit.hpp"
#include "program/printable.hpp"

#include <roomport/hathora/room_id.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <system_error>
#include <vector>

namespace roomport::program {
namespace {

std::int64_t milliseconds(duration value) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(value).count();
}

// What stands behind a deadline: "; last status starting, last error connect, 7 polls".
std::string reason_text(const failure& what) {
    std::string text;
    if (!what.last_status.empty()) {
        text += "; last status " + what.last_status;
    }
    if (what.last_error) {
        text += text.empty() ? "; last error " : ", last error ";
        text += word(classify(what.last_error));
    }
    text += text.empty() ? "; " : ", ";
    return text + std::to_string(what.polls) + (what.polls == 1 ? " poll" : " polls");
}

std::string message_of(const failure& what) {
    if (!what.message.empty()) {
        return what.message;
    }
    return what.error == errc::deadline_passed ? what.error.message() + reason_text(what)
                                               : what.error.message();
}

} // namespace

failure to_failure(std::string room_id, error_code ec, const wait_evidence& evidence) {
    failure result;
    result.room_id = std::move(room_id);
    result.error = ec;
    result.message = evidence.last_message;
    result.http_status = evidence.http_status;
    result.last_status = evidence.last_status;
    result.last_error = evidence.last_error;
    result.polls = evidence.polls;
    result.elapsed = evidence.elapsed;
    return result;
}

failure bad_room_id(std::string_view text) {
    failure result;
    result.error = error::invalid_argument;
    result.last_error = result.error;
    result.room_id = printable(text);
    result.message = "a room id is " + std::string(hathora::id_rule);
    return result;
}

void write(const failure& what, json::object_writer& object) {
    if (what.room_id) {
        object.member("roomId", *what.room_id);
    }
    object.member("error", word(classify(what.error)));
    object.member("message", message_of(what));
    if (what.http_status != 0) {
        object.member("httpStatus", what.http_status);
    } else {
        object.null("httpStatus");
    }
    if (!what.last_status.empty()) {
        object.member("lastStatus", what.last_status);
    } else {
        object.null("lastStatus");
    }
    if (what.last_error) {
        object.member("lastError", word(classify(what.last_error)));
    } else {
        object.null("lastError");
    }
    object.member("polls", what.polls);
    object.member("elapsedMs", milliseconds(what.elapsed));
}

std::string to_json(const failure& what) {
    json::object_writer object;
    write(what, object);
    return object.to_string();
}

std::string to_sentence(const failure& what) {
    std::string text;
    if (what.room_id) {
        text += "room " + (what.room_id->empty() ? "''" : *what.room_id) + ": ";
    }
    text += word(classify(what.error));
    const auto general = what.error.message();
    if (what.message.empty() || what.message == general) {
        text += ": " + general;
    } else if (what.error == error_code(error::invalid_argument)) {
        // The text of the code says no more than its word.
        text += ": " + what.message;
    } else {
        text += ": " + general + " (" + what.message + ")";
    }
    return what.error == errc::deadline_passed ? text + reason_text(what) : text;
}

std::string to_reason(const boost::system::system_error& thrown) {
    const auto code = thrown.code();
    std::string text = thrown.what();
    const std::string end = ": " + code.what();
    if (!text.ends_with(end)) {
        return reason_of(code);
    }
    text.resize(text.size() - end.size());
    return code == error::invalid_argument ? text : text + ": " + reason_of(code);
}

std::string to_text(const exposed_port& port) {
    const bool is_ipv6 = port.host.find(':') != std::string::npos;
    std::string text = is_ipv6 ? "[" + port.host + "]" : port.host;
    text += ":" + std::to_string(port.port) + " ";
    text += port.transport_type.text();
    return text;
}

std::string seconds_text(duration value) {
    std::array<char, 32> text{};
    const double seconds = std::chrono::duration<double>(value).count();
    const int length = std::snprintf(text.data(), text.size(), "%.1fs", seconds);
    return std::string(text.data(), static_cast<std::size_t>(length));
}

std::string to_json(std::string_view room_id, const wait_result& result) {
    json::object_writer object;
    object.member("roomId", room_id);
    object.member("status", result.evidence.last_status);
    object.member("exposedPort", result.exposed_port);
    object.member("additionalExposedPorts", result.additional_ports);
    object.member("polls", result.evidence.polls);
    object.member("elapsedMs", milliseconds(result.evidence.elapsed));
    return object.to_string();
}

void print_line(std::string_view line) {
    std::string text(line);
    text += '\n';
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    if (!written || std::fflush(stdout) != 0) {
        throw std::system_error(errno, std::generic_category(), "standard output");
    }
}

void tell(std::string_view line) {
    const std::string text = "roomport: " + without_control_characters(line) + '\n';
    // A reader of messages that went away is no reason to fail.
    static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
}

void report(const failure& what, bool as_json) {
    if (as_json) {
        print_line(to_json(what));
    }
    tell(to_sentence(what));
}

} // namespace roomport::program
