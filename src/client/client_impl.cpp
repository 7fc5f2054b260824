#include "client/client_impl.hpp"

#include "client/call_back.hpp"
#include "hathora/room_observer.hpp"

#include <roomport/hathora/room_id.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/strand.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace roomport {
namespace {

client_options checked(client_options options) {
    const auto refuse = [](const std::string& why) {
        throw boost::system::system_error(error::invalid_argument, why);
    };
    if (!hathora::is_valid_id(options.app_id)) {
        refuse("client_options::app_id must be " + std::string(hathora::id_rule));
    }
    if (options.request_timeout <= duration::zero()) {
        refuse("client_options::request_timeout must be more than zero");
    }
    if (!std::isfinite(options.max_polls_per_second) || options.max_polls_per_second < 0) {
        refuse("client_options::max_polls_per_second must be a number, and not negative");
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
    engine.max_rate = options.max_polls_per_second;
    engine.seed = options.seed;
    return engine;
}

std::shared_ptr<hathora::remembered_token>
remembered(std::shared_ptr<hathora::token_source> source) {
    return source ? std::make_shared<hathora::remembered_token>(std::move(source)) : nullptr;
}

hathora::batch_polls::settings batch_settings(const client_options& options,
                                              std::shared_ptr<hathora::remembered_token> token) {
    hathora::batch_polls::settings batches;
    batches.use_endpoint = options.use_batch_answers;
    batches.use_process_list = options.use_process_lists;
    batches.token = std::move(token);
    return batches;
}

std::shared_ptr<hathora::room_observer>
observer_of_rooms(const client_options& options, const asio::any_io_executor& strand,
                  std::shared_ptr<http::pool> connections,
                  std::shared_ptr<hathora::remembered_token> token) {
    if (options.observer) {
        return nullptr;
    }
    return std::make_shared<hathora::room_observer>(strand, std::move(connections), options.app_id,
                                                    batch_settings(options, std::move(token)));
}

} // namespace

void activity::enter(activity_set& all) {
    all.insert(this);
    all_ = &all;
}

void activity::leave() noexcept {
    if (all_ != nullptr) {
        std::exchange(all_, nullptr)->erase(this);
    }
}

client::impl::impl(asio::any_io_executor executor, client_options with)
    : options(checked(std::move(with))), token(remembered(options.token)),
      io_executor(std::move(executor)),
      strand(options.single_threaded ? io_executor
                                     : asio::any_io_executor(asio::make_strand(io_executor))),
      connections(std::make_shared<http::pool>(strand, io_executor, parsed(options.endpoint),
                                               options.pool)),
      rooms(observer_of_rooms(options, strand, connections, token)),
      waits(std::in_place, strand, io_executor,
            rooms ? std::shared_ptr<observer>(rooms) : options.observer, engine_options(options)),
      random(options.seed) {}

void client::impl::cancel_all() {
    waits->cancel();
    // Cancelling may end an activity at once, which takes it out of the set.
    const std::vector<activity*> under_way(activities.begin(), activities.end());
    for (auto* each : under_way) {
        if (activities.contains(each)) {
            each->cancel();
        }
    }
}

// A pending operation's handler may hold the client, or be part of one of its own operations.
void client::impl::context_shuts_down() {
    waits.reset();
    const auto dropped = std::exchange(closers, {});
}

void client::impl::cleanup_began() {
    ++cleanups;
}

void client::impl::cleanup_ended() {
    --cleanups;
    finish_closing();
}

void client::impl::tell_orphan(const orphan& left) {
    if (options.on_orphan) {
        call_back(strand, [&] { options.on_orphan(left); });
    }
}

void client::impl::finish_closing() {
    if (!is_closing || cleanups != 0 || !activities.empty()) {
        return;
    }
    // Both on the strand, one after the other: who is told finds the connections closed, by the pool's numbers too.
    connections->cancel();
    asio::post(strand, [waiting = std::exchange(closers, {})] {
        for (const auto& each : waiting) {
            each->post(error_code());
        }
    });
}

void client::impl::stop_closing(const closer& which) {
    if (std::erase(closers, which) != 0) {
        which->post(asio::error::operation_aborted);
    }
}

} // namespace roomport
