#include "poller_daemon/room_request.hpp"

#include "server/duration_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace roomport::poller {
namespace {

namespace json = boost::json;

constexpr std::int64_t longest_hold_seconds = 300;
constexpr double fifty_years = 50 * 366.0 * 24 * 3600;

std::optional<duration> read_timeout(const json::value& given) {
    if (const auto* text = given.if_string()) {
        return server::parse_duration(std::string_view(text->data(), text->size()));
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

} // namespace

boost::system::result<room_request, std::string> read_room_request(std::string_view body) {
    boost::system::error_code ec;
    const auto document = json::parse(json::string_view(body.data(), body.size()), ec);
    if (ec) {
        return "the body is not JSON (" + ec.message() +
               R"(); send {"roomId":"ID","timeout":"30s"}, timeout if you like)";
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
