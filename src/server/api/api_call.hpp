#pragma once

#include "httpd/router.hpp"
#include "httpd/server.hpp"
#include "server/api/api_state.hpp"

#include <roomport/hathora/operation.hpp>
#include <roomport/json/writer.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace roomport::server {

/// One request on its way through a handler.
class api_call {
public:
    api_call(api_state& with, const hathora::operation_description& described,
             const httpd::request& request, const httpd::path_values& values,
             std::shared_ptr<httpd::responder> caller)
        : api(with), operation(described), received(request), path(values),
          responder(std::move(caller)) {}

    /// Answers with an error, and says so, when a room or process would find no file descriptors.
    bool refuse_without_descriptors();

    /// Answers a create once it is known whether the room comes to be, which for an orchestrator's takes a while; at the
    /// latest after @ref api_state::longest_create_hold.
    void answer_created(const std::string& made_room, std::function<httpd::response()> make_answer);

    const std::string& room_id() const { return path.get("roomId"); }
    const std::string& process_id() const { return path.get("processId"); }

    void succeed() { responder->send(httpd::response(operation.success_status, "")); }

    template <class Model>
    void succeed(const Model& model) {
        responder->send(httpd::response(operation.success_status, json::to_string(model)));
    }

    /// A body that other answers have as well.
    void succeed_with(std::shared_ptr<const std::string> body) {
        httpd::response answer(operation.success_status, "");
        answer.shared_body = std::move(body);
        responder->send(std::move(answer));
    }

    void fail(int status, std::string_view message) {
        auto answer = httpd::error_response(status, message);
        if (status == 429) {
            answer.fields.emplace_back("Retry-After", "1");
        }
        responder->send(std::move(answer));
    }

    void no_such_room() { fail(404, "there is no such room"); }
    void no_such_process() { fail(404, "there is no such process"); }
    void no_such_lobby() { fail(404, "there is no such lobby"); }

    api_state& api;
    const hathora::operation_description& operation;
    const httpd::request& received;
    const httpd::path_values& path;
    std::shared_ptr<httpd::responder> responder;
    /// Who asks, where the operation needs a player.
    std::optional<player> who;
};

/// Now, by both clocks.
inline moment now() {
    return {clock::now(),
            std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now())};
}

} // namespace roomport::server
