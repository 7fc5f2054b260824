#include "httpd/resource_limits.hpp"

#include <algorithm>
#include <utility>

namespace roomport::httpd {

resource_limits::connection::~connection() {
    if (limits_ != nullptr) {
        limits_->leave(*this);
    }
}

resource_limits::resource_limits(resource_bounds bounds) : bounds_(bounds) {
    bounds_.connections = std::max<std::size_t>(bounds_.connections, 1);
}

bool resource_limits::admits(time_point now) const noexcept {
    return usage_.connections < bounds_.connections ||
           std::any_of(places_.begin(), places_.end(), [now](const auto& each) {
               return !each.empty() && each.front().since_ + grace <= now;
           });
}

resource_limits::connection* resource_limits::make_place(time_point now) noexcept {
    if (usage_.connections < bounds_.connections) {
        return nullptr;
    }
    for (auto& each : places_) {
        if (!each.empty() && each.front().since_ + grace <= now) {
            ++usage_.replaced_connections;
            return &each.front();
        }
    }
    return nullptr;
}

void resource_limits::enter(connection& newcomer, const boost::asio::ip::address& address,
                            time_point now) {
    if (bounds_.connections_per_address != resource_bounds::unlimited) {
        const auto count = ++by_address_[address];
        newcomer.address_ = address;
        newcomer.is_counted_by_address_ = true;
        newcomer.is_surplus_ = count > bounds_.connections_per_address;
        usage_.surplus_connections += newcomer.is_surplus_ ? 1 : 0;
    }
    newcomer.limits_ = this;
    ++usage_.connections;
    change(newcomer, activity::idle, now);
}

void resource_limits::leave(connection& which) noexcept {
    if (std::exchange(which.limits_, nullptr) == nullptr) {
        return;
    }
    --usage_.connections;
    give_up_hold(which);
    which.place_.unlink();
    set_input(which, 0);
    clear_output(which);
    if (which.is_counted_by_address_) {
        const auto found = by_address_.find(which.address_);
        if (--found->second == 0) {
            by_address_.erase(found);
        }
    }
}

void resource_limits::change(connection& which, activity what, time_point now) noexcept {
    if (which.limits_ == nullptr) {
        return;
    }
    if (what != activity::answering) {
        give_up_hold(which);
    }
    which.doing_ = what;
    which.since_ = now;
    which.place_.unlink();
    if (which.is_surplus_) {
        what = activity::surplus;
    }
    if (what != activity::answering) {
        places_.at(static_cast<std::size_t>(what)).push_back(which);
    }
}

duration resource_limits::idle_time(duration allowed) const noexcept {
    const auto half = bounds_.connections / 2;
    const auto free = bounds_.connections - std::min(bounds_.connections, usage_.connections);
    if (free >= half) {
        return allowed;
    }
    const auto share = static_cast<double>(free) / static_cast<double>(half);
    const auto shrunk = std::chrono::duration_cast<duration>(allowed * share);
    return std::max(shrunk, std::min<duration>(allowed, std::chrono::seconds(1)));
}

std::size_t resource_limits::most_holds() const noexcept {
    const auto kept = std::min((bounds_.connections + 7) / 8, bounds_.connections - 1);
    return std::min(bounds_.holds, bounds_.connections - kept);
}

bool resource_limits::hold(connection& which, std::size_t keys) noexcept {
    if (which.limits_ == nullptr || which.doing_ != activity::answering) {
        return false;
    }
    if (usage_.holds >= most_holds() || keys > bounds_.hold_keys - usage_.hold_keys) {
        ++usage_.refused_holds;
        return false;
    }
    give_up_hold(which);
    which.held_keys_ = keys;
    ++usage_.holds;
    usage_.hold_keys += keys;
    return true;
}

void resource_limits::give_up_hold(connection& which) noexcept {
    if (which.held_keys_ != 0) {
        --usage_.holds;
        usage_.hold_keys -= std::exchange(which.held_keys_, 0);
    }
}

void resource_limits::set_input(connection& which, std::size_t bytes) noexcept {
    usage_.input_bytes += bytes - std::exchange(which.input_, bytes);
    if (bytes == 0) {
        which.by_input_.unlink();
    } else if (!which.by_input_.is_linked()) {
        inputs_.push_back(which);
    }
}

void resource_limits::set_output(connection& which, std::size_t bytes,
                                 std::shared_ptr<const std::string> shared) {
    if (shared) {
        if (++shared_bodies_[shared.get()] == 1) {
            usage_.output_bytes += shared->size();
        }
    }
    clear_output(which);
    which.output_ = bytes;
    which.shared_output_ = std::move(shared);
    usage_.output_bytes += bytes;
    outputs_.push_back(which);
}

void resource_limits::clear_output(connection& which) noexcept {
    which.by_output_.unlink();
    usage_.output_bytes -= std::exchange(which.output_, 0);
    if (const auto shared = std::exchange(which.shared_output_, nullptr)) {
        const auto found = shared_bodies_.find(shared.get());
        if (--found->second == 0) {
            usage_.output_bytes -= shared->size();
            shared_bodies_.erase(found);
        }
    }
}

resource_limits::connection* resource_limits::over_input() noexcept {
    if (usage_.input_bytes <= bounds_.input_bytes || inputs_.empty()) {
        return nullptr;
    }
    ++usage_.shed_inputs;
    return &inputs_.front();
}

resource_limits::connection* resource_limits::over_output() noexcept {
    if (usage_.output_bytes <= bounds_.output_bytes || outputs_.empty()) {
        return nullptr;
    }
    ++usage_.shed_outputs;
    return &outputs_.front();
}

} // namespace roomport::httpd
