#include "client/call.hpp"
#include "common/time_arithmetic.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>

namespace roomport {

template <class Request, class Response>
void client::start_call(
    std::shared_ptr<impl> self, const hathora::operation<Request, Response>& what, Request request,
    asio::any_completion_handler<void(error_code, api_result<Response>)> handler) {
    using completion = detail::completion<error_code, api_result<Response>>;
    auto end = std::make_shared<completion>(self->io_executor, std::move(handler));
    if (self->closed) {
        end->post(asio::error::operation_aborted, api_result<Response>());
        return;
    }
    auto document = std::make_shared<hathora::typed_answer<Response>>(what);
    auto current = std::make_shared<call>(
        self, what, hathora::encode(what, request, self->options.app_id), document,
        call_kind::ordinary, [end, document](call_outcome outcome) {
            const error_code ec = outcome.error;
            end->post(ec, to_result(std::move(outcome), *document));
        });
    end->on_cancel(self->strand, [weak = std::weak_ptr<call>(current)] {
        if (const auto target = weak.lock()) {
            target->cancel();
        }
    });
    const time_point deadline = later(clock::now(), self->options.request_timeout);
    // Moved: it may end before this function does, and is to be destroyed on the strand.
    asio::dispatch(self->strand,
                   [current = std::move(current), deadline] { current->start(deadline); });
}

// Said of each: clang hides an instance whose arguments are no exported types.
#define ROOMPORT_INSTANTIATE(operation_name)                                                       \
    template ROOMPORT_EXPORT void client::start_call(                                              \
        std::shared_ptr<impl>,                                                                     \
        const hathora::operation<decltype(hathora::operation_name)::request_type,                  \
                                 decltype(hathora::operation_name)::response_type>&,               \
        decltype(hathora::operation_name)::request_type,                                           \
        asio::any_completion_handler<void(                                                         \
            error_code, api_result<decltype(hathora::operation_name)::response_type>)>)

// One operation for each pair of request and response; operations of the same pair share the code.
ROOMPORT_INSTANTIATE(create_room);
ROOMPORT_INSTANTIATE(get_room_info);
ROOMPORT_INSTANTIATE(get_connection_info);
ROOMPORT_INSTANTIATE(get_connection_infos);
ROOMPORT_INSTANTIATE(destroy_room);
ROOMPORT_INSTANTIATE(update_room_config);
ROOMPORT_INSTANTIATE(get_active_rooms_for_process);
ROOMPORT_INSTANTIATE(get_running_processes);
ROOMPORT_INSTANTIATE(get_stopped_processes);
ROOMPORT_INSTANTIATE(get_process_info);
ROOMPORT_INSTANTIATE(get_latest_processes);
ROOMPORT_INSTANTIATE(get_processes_count);
ROOMPORT_INSTANTIATE(create_process);
ROOMPORT_INSTANTIATE(get_process);
ROOMPORT_INSTANTIATE(stop_process);
ROOMPORT_INSTANTIATE(get_ping_service_endpoints);
ROOMPORT_INSTANTIATE(create_room_v1);
ROOMPORT_INSTANTIATE(get_connection_info_v1);
ROOMPORT_INSTANTIATE(get_latest_processes_v2);
ROOMPORT_INSTANTIATE(get_processes_count_v2);
ROOMPORT_INSTANTIATE(create_process_v2);
ROOMPORT_INSTANTIATE(get_process_info_v2);
ROOMPORT_INSTANTIATE(login_anonymous);
ROOMPORT_INSTANTIATE(login_nickname);
ROOMPORT_INSTANTIATE(create_lobby);
ROOMPORT_INSTANTIATE(get_lobby_info_by_room_id);
ROOMPORT_INSTANTIATE(get_lobby_info_by_short_code);
ROOMPORT_INSTANTIATE(list_active_public_lobbies);

#undef ROOMPORT_INSTANTIATE

} // namespace roomport
