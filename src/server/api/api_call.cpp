#include "server/api/api_call.hpp"

#include "server/launcher/descriptors_left.hpp"

#include <boost/asio/post.hpp>

namespace roomport::server {
namespace {

httpd::response created_answer(api_state& api, const std::string& room_id,
                               const std::string& process_id,
                               const std::function<httpd::response()>& make_answer) {
    const auto* process = api.registry.find_process(process_id);
    const auto* room = api.registry.find_room(room_id);
    if (room != nullptr && room->process_id == process_id && process->is_written) {
        return make_answer();
    }
    auto answer = httpd::error_response(404, api.why_no_room(room_id));
    if (room != nullptr && room->process_id == process_id) {
        // Not yet durable: what nobody was told of may be forgotten, so it is given up instead.
        api.registry.destroy_room(now(), room_id);
        boost::asio::post(api.context, api.changed);
        answer =
            httpd::error_response(503, "the room could not be written down in time; try again");
    } else if (process != nullptr && process->refusal_status != 0) {
        answer = httpd::error_response(process->refusal_status,
                                       "the room can't be had: " + process->exit_reason);
    }
    if (answer.status == 503 || answer.status == 429) {
        answer.fields.emplace_back("Retry-After", "1");
    }
    return answer;
}

} // namespace

bool api_call::refuse_without_descriptors() {
    if (has_descriptors_left()) {
        return false;
    }
    fail(503, "the room service has no file descriptors left; raise its limit, or stop rooms");
    return true;
}

void api_call::answer_created(const std::string& made_room,
                              std::function<httpd::response()> make_answer) {
    const auto& process_id = api.registry.find_room(made_room)->process_id;
    if (api.registry.find_process(process_id)->is_settled) {
        responder->send(make_answer());
        return;
    }
    const bool is_held = api.held_creates.hold(
        {made_room},
        [&state = api, made_room, process_id, make_answer = std::move(make_answer)] {
            return created_answer(state, made_room, process_id, make_answer);
        },
        responder, api_state::longest_create_hold);
    if (!is_held) {
        api.registry.destroy_room(now(), made_room);
    }
}

} // namespace roomport::server
