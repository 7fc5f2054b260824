#include "hathora/connection_info_observer.hpp"

#include "hathora/encode.hpp"
#include "hathora/observe.hpp"
#include "hathora/typed_answer.hpp"

#include <roomport/hathora/operations.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <utility>

namespace roomport::hathora {
namespace {

namespace asio = boost::asio;

// One look under way: everything the pool writes to while it runs.
class look {
public:
    look(std::string room, bool is_held, observer::handler_type done)
        : room_id(std::move(room)), held(is_held), handler(std::move(done)) {}

    void finish(error_code ec, const http::response& response) {
        const auto outcome = document.outcome(ec);
        observation seen = outcome ? observe_failure(outcome, response, document.message(secret()))
                                   : observe_document(room_id, document.take());
        seen.http_status = document.status();
        seen.held = held;
        seen.hold_limit = announced_hold(response);
        seen.times = response.times;
        if (!held) {
            seen.round_trip = response.times.first_byte + response.times.read;
        }
        std::move(handler)(std::move(seen));
    }

    std::string room_id;
    bool held;
    observer::handler_type handler;
    typed_answer<connection_info_v2> document{get_connection_info};
};

} // namespace

connection_info_observer::connection_info_observer(asio::any_io_executor strand,
                                                   std::shared_ptr<http::pool> connections,
                                                   std::string app_id)
    : strand_(std::move(strand)), connections_(std::move(connections)), app_id_(std::move(app_id)) {
}

void connection_info_observer::async_observe(std::string_view key, duration hold,
                                             time_point deadline, handler_type handler) {
    auto encoded = encode(get_connection_info, room_request(std::string(key)), app_id_);
    // The API counts whole seconds; a hold of less is none.
    const auto seconds = std::chrono::floor<std::chrono::seconds>(hold).count();
    const bool held = seconds > 0;
    if (held) {
        encoded.request.target += "?wait=" + std::to_string(seconds);
    }
    encoded.request.deadline = deadline;

    const auto slot = asio::get_associated_cancellation_slot(handler);
    auto current = std::make_shared<look>(std::string(key), held, std::move(handler));
    if (encoded.error) {
        asio::post(strand_,
                   [current, ec = encoded.error] { current->finish(ec, http::response()); });
        return;
    }
    connections_->async_request(
        std::move(encoded.request), current->document,
        asio::bind_executor(strand_,
                            asio::bind_cancellation_slot(
                                slot, [current](error_code ec, const http::response& response) {
                                    current->finish(ec, response);
                                })));
}

} // namespace roomport::hathora
