#include "hathora/room_observer.hpp"

#include "hathora/observe.hpp"
#include "hathora/room_poll.hpp"

#include <roomport/hathora/encode.hpp>
#include <roomport/hathora/operations.hpp>

#include <utility>

namespace roomport::hathora {
namespace {

namespace asio = boost::asio;

poll_settings make_settings(asio::any_io_executor strand, std::shared_ptr<http::pool> connections,
                            std::string_view app_id, std::shared_ptr<batch_polls> batches,
                            std::shared_ptr<remembered_token> token) {
    constexpr std::string_view any_room = "x";
    auto encoded = encode(get_connection_info, room_request(std::string(any_room)), app_id);
    poll_settings settings;
    settings.strand = std::move(strand);
    settings.connections = std::move(connections);
    settings.batches = std::move(batches);
    settings.token = std::move(token);
    settings.error = encoded.error;
    settings.request = std::move(encoded.request);
    if (!settings.error) {
        settings.request.target.resize(settings.request.target.size() - any_room.size());
    }
    return settings;
}

} // namespace

room_observer::room_observer(asio::any_io_executor strand, std::shared_ptr<http::pool> connections,
                             std::string app_id, batch_polls::settings batches)
    : batches_(std::make_shared<batch_polls>(strand, connections, app_id, batches)),
      settings_(std::make_shared<poll_settings>(make_settings(
          std::move(strand), std::move(connections), app_id, batches_, std::move(batches.token)))),
      shelf_(std::make_shared<poll_shelf>()) {}

room_observer::~room_observer() = default;

void room_observer::async_observe(std::string_view key, duration hold, time_point deadline,
                                  handler_type handler) {
    batches_->saw(key);
    if (shelf_->empty()) {
        shelf_->push_back(std::make_shared<room_poll>(settings_, shelf_));
    }
    const auto poll = std::move(shelf_->back());
    shelf_->pop_back();
    poll->start(key, hold, deadline, std::move(handler));
}

batch_terms room_observer::batch() const {
    return batches_->terms();
}

duration room_observer::hold_limit() const {
    return hold_limit_;
}

void room_observer::announced(const http::response& answer) {
    const duration hold = announced_hold(answer);
    if (hold > duration::zero()) {
        hold_limit_ = hold;
        batches_->announced(answer);
    }
}

void room_observer::async_observe_many(std::span<const std::string_view> keys, duration hold,
                                       time_point deadline, batch_handler_type handler) {
    batches_->start(keys, hold, deadline, std::move(handler));
}

} // namespace roomport::hathora
