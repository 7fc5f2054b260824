#include "poller/room_request.hpp"

#include "program/duration_text.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>
#include <string>

namespace roomport::poller {
namespace {

namespace json = boost::json;

constexpr std::int64_t longest_hold_seconds = 300;
constexpr double fifty_years = 50 * 366.0 * 24 * 3600;

std::optional<duration> read_timeout(const json::value& given) {
    if (const auto* text = given.if_string()) {
        return program::parse_duration(std::string_view(text->data(), text->size()));
    }
    if (!given.is_number()) {
        return std::nullopt;
    }
    const auto seconds = std::min(given.to_number<double>(), fifty_years);
    if (!std::isfinite(seconds) || seconds <= 0) {
        return std::nullopt;
    }
    const auto result =
        std::chrono::duration_cast<duration>(std::chrono::duration<double>(seconds));
    return result > duration::zero() ? std::optional(result) : std::nullopt;
}

/// Sees the names of a document's outermost members, which a parsed object has only once each.
class member_names {
public:
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    member_names() = default;

    /// The first name that is unknown or stands there twice.
    std::string problem;

    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }
    bool on_object_begin(json::error_code&) { return enter(); }
    bool on_object_end(std::size_t, json::error_code&) { return leave(); }
    bool on_array_begin(json::error_code&) { return enter(); }
    bool on_array_end(std::size_t, json::error_code&) { return leave(); }
    bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
        name_.append(part.data(), part.size());
        return true;
    }
    bool on_key(json::string_view part, std::size_t, json::error_code&) {
        name_.append(part.data(), part.size());
        if (depth_ == 1 && problem.empty()) {
            if (name_ != "roomId" && name_ != "timeout") {
                problem = "'" + shown(name_) +
                          "' is no member of a registration; there are roomId and timeout";
            } else if (!seen_.insert(name_).second) {
                problem = name_ + " stands there twice; give it once";
            }
        }
        name_.clear();
        return true;
    }
    bool on_string_part(json::string_view, std::size_t, json::error_code&) { return true; }
    bool on_string(json::string_view, std::size_t, json::error_code&) { return true; }
    bool on_number_part(json::string_view, json::error_code&) { return true; }
    bool on_int64(std::int64_t, json::string_view, json::error_code&) { return true; }
    bool on_uint64(std::uint64_t, json::string_view, json::error_code&) { return true; }
    bool on_double(double, json::string_view, json::error_code&) { return true; }
    bool on_bool(bool, json::error_code&) { return true; }
    bool on_null(json::error_code&) { return true; }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }

private:
    static std::string shown(const std::string& name) {
        constexpr std::size_t longest = 100;
        std::string text = name.substr(0, longest);
        std::replace_if(
            text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
        return text;
    }

    bool enter() {
        ++depth_;
        return true;
    }
    bool leave() {
        --depth_;
        return true;
    }

    int depth_ = 0;
    std::string name_;
    std::set<std::string> seen_;
};

} // namespace

boost::system::result<room_request, std::string> read_room_request(std::string_view body) {
    boost::system::error_code ec;
    const auto document = json::parse(json::string_view(body.data(), body.size()), ec);
    if (ec) {
        return "the body is not JSON (" + ec.message() +
               R"(); send {"roomId":"ID","timeout":"30s"}, timeout if you like)";
    }
    json::basic_parser<member_names> names{json::parse_options()};
    names.write_some(false, body.data(), body.size(), ec);
    if (!names.handler().problem.empty()) {
        return names.handler().problem;
    }
    const auto* members = document.if_object();
    const auto* room = members != nullptr ? members->if_contains("roomId") : nullptr;
    if (room == nullptr || !room->is_string()) {
        return std::string(R"(the body needs a text roomId: {"roomId":"ID"})");
    }
    room_request result;
    result.room_id = std::string(room->get_string());
    const auto* timeout = members->if_contains("timeout");
    if (timeout != nullptr && !timeout->is_null()) {
        result.timeout = read_timeout(*timeout);
        if (!result.timeout) {
            return std::string("timeout is a number over 0 with ms, s, m or h as a text, like "
                               "\"30s\", or a number of seconds");
        }
    }
    return result;
}

std::optional<duration> read_patience(std::string_view text) {
    if (text.empty() ||
        !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
        return std::nullopt;
    }
    std::int64_t seconds = 0;
    for (const char digit : text) {
        seconds = std::min(seconds * 10 + (digit - '0'), longest_hold_seconds);
    }
    return std::chrono::seconds(seconds);
}

} // namespace roomport::poller
