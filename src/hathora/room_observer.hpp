#pragma once

#include "hathora/batch_polls.hpp"

#include <roomport/http/pool.hpp>
#include <roomport/wait/observer.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace roomport::hathora {

class room_poll;
class poll_settings;

/// Polls rooms of one app by GetConnectionInfo, and at many at once where that is possible; the keys are room ids.
class room_observer final : public observer {
public:
    /// @param strand      the executor of the wait engine, on which observations are delivered.
    /// @param connections the pool to the API's endpoint; works on the same strand.
    /// @param app_id      a valid app id.
    /// @param batches     how many rooms may be polled together, and the token that no message may show.
    room_observer(boost::asio::any_io_executor strand, std::shared_ptr<http::pool> connections,
                  std::string app_id, batch_polls::settings batches = batch_polls::settings());
    ~room_observer() override;

    void async_observe(std::string_view key, duration hold, time_point deadline,
                       handler_type handler) override;

    batch_terms batch() const override;

    duration hold_limit() const override;

    /// Takes notice of what a good answer about something else than connections announced, if it did: that of a creation.
    void announced(const http::response& answer);

    void async_observe_many(std::span<const std::string_view> keys, duration hold,
                            time_point deadline, batch_handler_type handler) override;

private:
    std::shared_ptr<batch_polls> batches_;
    duration hold_limit_{};
    std::shared_ptr<const poll_settings> settings_;
    /// Polls that are over, to be used again.
    std::shared_ptr<std::vector<std::shared_ptr<room_poll>>> shelf_;
};

} // namespace roomport::hathora
