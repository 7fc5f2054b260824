#pragma once

#include "server/simulation/simulation.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace roomport::server {

/// Plays a @ref simulation in real time.
class simulated_provider final : public provider {
public:
    simulated_provider(boost::asio::io_context& context, simulation_spec spec);

    void on_event(listener to) override;
    void create(const process_order& order) override;
    std::optional<process_state> observe(const std::string& process_id) const override;
    void stop(const std::string& process_id, bool at_once) override;
    std::vector<std::string> list() const override;

private:
    void arm();

    simulation simulation_;
    boost::asio::steady_timer timer_;
    listener listener_;
};

} // namespace roomport::server
