#include "server/simulation/simulated_provider.hpp"

#include <roomport/error.hpp>

namespace roomport::server {

simulated_provider::simulated_provider(boost::asio::io_context& context, simulation_spec spec)
    : simulation_(spec), timer_(context) {}

void simulated_provider::on_event(listener to) {
    listener_ = std::move(to);
}

void simulated_provider::create(const process_order& order) {
    simulation_.create(clock::now(), order.process_id);
    arm();
}

std::optional<process_state> simulated_provider::observe(const std::string& process_id) const {
    return simulation_.observe(process_id);
}

void simulated_provider::stop(const std::string& process_id, bool at_once) {
    simulation_.stop(clock::now(), process_id, at_once);
    arm();
}

std::vector<std::string> simulated_provider::list() const {
    return simulation_.list();
}

void simulated_provider::arm() {
    const auto next = simulation_.next();
    if (next == time_point::max()) {
        return;
    }
    timer_.expires_at(next);
    timer_.async_wait([this](error_code ec) {
        if (ec) {
            return;
        }
        for (const auto& event : simulation_.run_until(clock::now())) {
            listener_(event);
        }
        arm();
    });
}

} // namespace roomport::server
