#include "server/api/api_handlers.hpp"

#include "server/api/api_call.hpp"

#include <roomport/hathora/operations.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>

namespace roomport::server {
namespace {

/// An operation of the API that this service knows and does not offer.
class not_offered : public hathora::operation_description {
public:
    constexpr not_offered(const hathora::operation_description& what, std::string_view reason)
        : operation_description(what), message(reason) {}
    std::string_view message;
};

constexpr hathora::operation_description unanswered_post(std::string_view id, std::string_view path,
                                                         hathora::authentication auth) {
    return {id, http::method::post, path, auth, false, 0, hathora::response_size::document};
}

constexpr std::string_view no_suspension =
    "this room service can't suspend rooms; destroy the room, or let it run";

// The one code that the API has for all of these is 404.
constexpr std::array all_not_offered{
    not_offered(unanswered_post("LoginGoogle", "/auth/v1/{appId}/login/google",
                                hathora::authentication::none),
                "this room service has no login with Google; use the anonymous or the nickname "
                "login"),
    not_offered(unanswered_post("SuspendRoomDeprecated", "/rooms/v1/{appId}/suspend/{roomId}",
                                hathora::authentication::token),
                no_suspension),
    not_offered(unanswered_post("SuspendRoomV2Deprecated", "/rooms/v2/{appId}/suspend/{roomId}",
                                hathora::authentication::token),
                no_suspension),
    not_offered(unanswered_post("ResumeRoom", "/rooms/v2/{appId}/resume/{roomId}",
                                hathora::authentication::token),
                "this room service never suspends a room, so there is none to resume"),
};

void refuse_not_offered(api_call& current) {
    const auto* found =
        std::find_if(all_not_offered.begin(), all_not_offered.end(),
                     [&](const not_offered& each) { return each.id == current.operation.id; });
    current.fail(404, found->message);
}

const api_handler& find_handler(std::string_view id) {
    for (const auto handlers : {room_handlers(), process_handlers(), lobby_handlers()}) {
        for (const auto& handler : handlers) {
            if (handler.id == id) {
                return handler;
            }
        }
    }
    throw std::logic_error("no handler for the operation " + std::string(id));
}

} // namespace

std::vector<answered_operation> all_answered_operations() {
    std::vector<answered_operation> all;
    const auto add = [&all](const hathora::operation_description& what) {
        const auto& handler = find_handler(what.id);
        all.push_back({what, handler.run, handler.most_body});
    };
    std::apply([&](const auto&... operation) { (add(operation), ...); }, hathora::all_operations);
    for (const auto& operation : all_not_offered) {
        all.push_back({operation, refuse_not_offered});
    }
    return all;
}

} // namespace roomport::server
