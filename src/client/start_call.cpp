#include "client/call.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>

namespace roomport {

const std::string& client::app_id(const impl& self) noexcept {
    return self.options.app_id;
}

void client::start_call(
    std::shared_ptr<impl> self, const hathora::operation_description& what,
    hathora::encoded_request request, std::shared_ptr<hathora::detail::response_document> document,
    asio::any_completion_handler<void(error_code, api_result<hathora::no_content>)> handler) {
    using result = api_result<hathora::no_content>;
    auto end = std::make_shared<detail::completion<error_code, result>>(self->io_executor,
                                                                        std::move(handler));
    if (self->closed) {
        end->post(asio::error::operation_aborted, result());
        return;
    }
    // Gone with what its document is read into, and before that.
    std::shared_ptr<hathora::answer> taken(new hathora::answer(what, *document),
                                           [document](hathora::answer* gone) { delete gone; });
    auto current = std::make_shared<call>(
        self, what, std::move(request), std::move(taken), call_kind::ordinary,
        [end](call_outcome outcome) {
            const error_code ec = outcome.error;
            end->post(ec, to_result<hathora::no_content>(std::move(outcome)));
        });
    end->on_cancel(self->strand, [weak = std::weak_ptr<call>(current)] {
        if (const auto target = weak.lock()) {
            target->cancel();
        }
    });
    const duration attempt_timeout = self->options.request_timeout;
    // Moved: it may end before this function does, and is to be destroyed on the strand.
    asio::dispatch(self->strand, [current = std::move(current), attempt_timeout] {
        current->start(time_point::max(), attempt_timeout);
    });
}

} // namespace roomport
