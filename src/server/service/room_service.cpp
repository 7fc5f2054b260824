#include "server/service/room_service.hpp"

#include "server/rooms/random_text.hpp"

#include <roomport/error.hpp>
#include <roomport/hathora/room_id.hpp>

#include <variant>

namespace roomport::server {
namespace {

moment now() {
    return {clock::now(),
            std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now())};
}

room_registry::id_source random_ids() {
    room_registry::id_source ids;
    ids.room = hathora::make_room_id;
    ids.process = random_uuid;
    return ids;
}

} // namespace

room_service::room_service(boost::asio::io_context& context, registry_options registry,
                           std::shared_ptr<port_source> ports, api_settings api, provider& source,
                           logger log)
    : registry_(std::move(registry), random_ids(), std::move(ports)), provider_(source),
      log_(std::move(log)), api_(context, std::move(api), registry_, [this] { carry_out(); }),
      timer_(context) {
    provider_.on_event([this](const process_event& event) { on_event(event); });
}

void room_service::handle(httpd::request received, std::shared_ptr<httpd::responder> responder) {
    api_.handle(std::move(received), responder);
}

std::string room_service::restore_room(const std::string& region, const std::string& room_id,
                                       const std::string& config) {
    return registry_.restore_room(now(), open_enum<roomport::region>(region), room_id, config);
}

std::pair<std::size_t, std::size_t> room_service::count_rooms() const {
    std::pair<std::size_t, std::size_t> counts;
    for (const auto* process : registry_.processes()) {
        const bool is_running = process->status == process_status::running;
        (is_running ? counts.first : counts.second) += process->rooms.size();
    }
    return counts;
}

void room_service::stop() {
    api_.stop();
    if (registry_.options().is_remote) {
        // They outlive the service.
        return;
    }
    registry_.stop_everything(now());
    carry_out();
}

void room_service::stop_at_once() {
    for (const auto& process_id : provider_.list()) {
        provider_.stop(process_id, true);
    }
}

void room_service::on_event(const process_event& event) {
    registry_.handle(now(), event);
    if (event.what == process_event::kind::told || event.what == process_event::kind::port_taken) {
        log_("process " + event.process_id + ": " + event.reason);
    }
    if (event.what == process_event::kind::exited) {
        const auto* process = registry_.find_process(event.process_id);
        const bool goes_on = process != nullptr && !process->has_ended();
        log_("process " + event.process_id +
             " ended: " + (process != nullptr ? process->exit_reason : event.reason) +
             (goes_on ? "; it is started again" : ""));
    }
    carry_out();
}

void room_service::carry_out() {
    for (auto& action : registry_.take_actions()) {
        if (const auto* order = std::get_if<process_order>(&action)) {
            provider_.create(*order);
        } else if (const auto* stop_it = std::get_if<stop_order>(&action)) {
            provider_.stop(stop_it->process_id, stop_it->at_once);
        } else {
            api_.room_changed(std::get<room_change>(action).room_id);
        }
    }
    arm();
}

void room_service::arm() {
    const auto next = registry_.next_deadline();
    if (next == armed_for_) {
        return;
    }
    armed_for_ = next;
    if (next == time_point::max()) {
        timer_.cancel();
        return;
    }
    timer_.expires_at(next);
    timer_.async_wait([this](error_code ec) {
        if (!ec) {
            armed_for_ = time_point::max();
            registry_.tick(now());
            carry_out();
        }
    });
}

} // namespace roomport::server
