#include "wait/wait_settings.hpp"

#include <algorithm>
#include <utility>

namespace roomport::wait_detail {
namespace {

bool are_alike(const wait_options& left, const wait_options& right) {
    return left.timeout == right.timeout && left.request_timeout == right.request_timeout &&
           left.max_failures == right.max_failures &&
           left.not_found_grace == right.not_found_grace && left.group == right.group &&
           left.cadence == right.cadence && left.acceptors == right.acceptors;
}

} // namespace

settings_pointer make_settings(wait_options options) {
    options.created_at.reset();
    cadence_pointer own;
    if (options.cadence) {
        own.reset(new shared_cadence(options.cadence));
    }
    return settings_pointer(new wait_settings(std::move(options), std::move(own)));
}

settings_pointer settings_cache::find_or_make(wait_options options) {
    // Callbacks can't be compared, and are destroyed with their wait.
    if (options.on_progress) {
        return make_settings(std::move(options));
    }
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(recent_.begin(), recent_.end(), [&](const auto& one) {
        return one && are_alike(one->options, options);
    });
    if (found != recent_.end()) {
        return *found;
    }
    settings_pointer made = make_settings(std::move(options));
    recent_[next_++ % recent_.size()] = made;
    return made;
}

void settings_cache::clear() {
    // Destroyed without the lock: what a caller's object does then may come back here.
    std::array<settings_pointer, 4> forgotten;
    const std::lock_guard lock(mutex_);
    recent_.swap(forgotten);
}

} // namespace roomport::wait_detail
