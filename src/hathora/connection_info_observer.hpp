#pragma once

#include <roomport/http/pool.hpp>
#include <roomport/wait/observer.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <string>

namespace roomport::hathora {

/// Looks at rooms of one app by GetConnectionInfo; the keys are room ids.
class connection_info_observer final : public observer {
public:
    /// @param strand      the executor of the wait engine, on which observations are delivered.
    /// @param connections the pool to the API's endpoint; works on the same strand.
    /// @param app_id      a valid app id.
    connection_info_observer(boost::asio::any_io_executor strand,
                             std::shared_ptr<http::pool> connections, std::string app_id);

    void async_observe(std::string_view key, duration hold, time_point deadline,
                       handler_type handler) override;

private:
    boost::asio::any_io_executor strand_;
    std::shared_ptr<http::pool> connections_;
    std::string app_id_;
};

} // namespace roomport::hathora
