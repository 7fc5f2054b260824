#include "client/client_impl.hpp"

#include "hathora/connection_info_observer.hpp"

#include <roomport/hathora/room_id.hpp>

#include <boost/asio/strand.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <utility>

namespace roomport {
namespace {

client_options checked(client_options options) {
    const auto refuse = [](const char* why) {
        throw boost::system::system_error(error::invalid_argument, why);
    };
    if (!hathora::is_valid_id(options.app_id)) {
        refuse("client_options::app_id must be 1 to 100 letters, digits, '_' or '-'");
    }
    if (options.request_timeout <= duration::zero()) {
        refuse("client_options::request_timeout must be more than zero");
    }
    return options;
}

http::origin parsed(const std::string& endpoint) {
    const auto origin = http::origin::parse(endpoint);
    if (!origin) {
        throw boost::system::system_error(
            origin.error(),
            "client_options::endpoint must be a URL like https://HOST[:PORT], without path");
    }
    return *origin;
}

wait_engine_options engine_options(const client_options& options) {
    const auto connections = options.pool.max_connections;
    wait_engine_options engine;
    // Two connections are left to creating and destroying rooms.
    engine.max_in_flight = connections > 3 ? connections - 2 : 1;
    engine.max_held =
        options.use_held_answers ? std::min(connections / 2, engine.max_in_flight) : 0;
    engine.cadence = options.cadence;
    engine.seed = options.seed;
    return engine;
}

} // namespace

client::impl::impl(asio::any_io_executor executor, client_options with)
    : options(checked(std::move(with))), io_executor(std::move(executor)),
      strand(options.single_threaded ? io_executor
                                     : asio::any_io_executor(asio::make_strand(io_executor))),
      connections(std::make_shared<http::pool>(strand, io_executor, parsed(options.endpoint),
                                               options.pool)),
      waits(
          strand, io_executor,
          std::make_shared<hathora::connection_info_observer>(strand, connections, options.app_id),
          engine_options(options)),
      random(options.seed) {}

void client::impl::cancel_all() {
    waits.cancel();
    // Cancelling may end an activity at once, which takes it out of the set.
    const std::vector<activity*> under_way(activities.begin(), activities.end());
    for (auto* each : under_way) {
        if (activities.contains(each)) {
            each->cancel();
        }
    }
}

void client::impl::cleanup_began() {
    ++cleanups;
}

void client::impl::cleanup_ended() {
    --cleanups;
    finish_closing();
}

void client::impl::finish_closing() {
    if (closers.empty() || cleanups != 0 || !activities.empty()) {
        return;
    }
    connections->cancel();
    auto waiting = std::exchange(closers, {});
    for (auto& each : waiting) {
        each.post(error_code());
    }
}

} // namespace roomport
