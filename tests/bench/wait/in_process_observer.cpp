#include "in_process_observer.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace {

roomport::observation still_starting() {
    roomport::observation seen;
    seen.state = roomport::observed_state::starting;
    seen.status = "starting";
    seen.http_status = 200;
    seen.round_trip = std::chrono::milliseconds(1);
    seen.times.queue = std::chrono::microseconds(3);
    seen.times.first_byte = std::chrono::microseconds(990);
    seen.times.read = std::chrono::microseconds(7);
    return seen;
}

} // namespace

in_process_observer::in_process_observer(boost::asio::any_io_executor executor)
    : executor_(std::move(executor)) {}

void in_process_observer::async_observe(std::string_view /*key*/, roomport::duration /*hold*/,
                                        roomport::time_point /*deadline*/, handler_type handler) {
    if (++polls_ == call_at_) {
        const auto call = std::move(call_);
        call();
    }
    under_way_.push_back(std::move(handler));
    if (!std::exchange(is_posted_, true)) {
        boost::asio::post(executor_, [this] { answer(); });
    }
}

void in_process_observer::answer() {
    is_posted_ = false;
    being_answered_.swap(under_way_);
    for (auto& handler : being_answered_) {
        std::move(handler)(still_starting());
    }
    being_answered_.clear();
}

void in_process_observer::call_at(std::size_t polls, std::function<void()> what) {
    call_at_ = polls;
    call_ = std::move(what);
}
