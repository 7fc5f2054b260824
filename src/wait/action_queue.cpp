#include "wait/action_queue.hpp"

#include <algorithm>
#include <new>
#include <utility>
#include <variant>

namespace roomport::wait_detail {
namespace {

template <class Container>
void make_room(Container& in, std::size_t wanted) {
    if (wanted > in.capacity()) {
        in.reserve(std::max(wanted, 2 * in.capacity()));
    }
}

} // namespace

void action_queue::reserve(std::size_t polls, std::size_t keys, std::size_t key_bytes) {
    make_room(key_bytes_, key_bytes_.size() + key_bytes);
    make_room(key_sizes_, key_sizes_.size() + keys);
    make_room(keys_, keys);
    polls_ = std::max(polls, polls_);
    make_room(queued_, queued_.size() + 2 * polls_);
}

bool action_queue::has_room_for_another() noexcept {
    try {
        make_room(queued_, queued_.size() + 1 + 2 * polls_);
    } catch (const std::bad_alloc&) {
        return false;
    }
    return true;
}

void action_queue::start(poll_id poll, bool is_batch, duration hold, time_point deadline) noexcept {
    queued_.push_back({start_poll{poll, is_batch, {}, hold, deadline}});
}

void action_queue::add_key(std::string_view key) noexcept {
    key_bytes_.append(key);
    key_sizes_.push_back(static_cast<std::uint16_t>(key.size()));
    ++queued_.back().keys;
}

void action_queue::cancel(poll_id poll) noexcept {
    queued_.push_back({cancel_poll{poll}});
}

void action_queue::complete(waiter& over) noexcept {
    over.place = static_cast<std::uint32_t>(queued_.size());
    over_.push_back(over);
}

void action_queue::report(std::unique_ptr<progress_report> report) noexcept {
    if (report && has_room_for_another()) {
        queued_.push_back({report_progress{std::move(report)}});
    }
}

void action_queue::caught(std::exception_ptr thrown) noexcept {
    if (has_room_for_another()) {
        queued_.push_back({exception_caught{std::move(thrown)}});
    } else {
        left_over_ = std::move(thrown);
    }
}

std::optional<wait_action> action_queue::next() noexcept {
    if (!over_.empty() && over_.front().place <= next_) {
        return complete_wait{&over_.pop_front()};
    }
    if (next_ < queued_.size()) {
        queued& taken = queued_[next_++];
        if (auto* begun = std::get_if<start_poll>(&taken.what)) {
            read_keys(taken.keys);
            begun->keys = keys_;
        }
        return std::move(taken.what);
    }
    forget_all();
    if (left_over_) {
        return exception_caught{std::exchange(left_over_, nullptr)};
    }
    return std::nullopt;
}

void action_queue::read_keys(std::size_t count) noexcept {
    keys_.clear();
    for (; count > 0; --count) {
        const std::size_t size = key_sizes_[next_key_++];
        keys_.push_back(std::string_view(key_bytes_).substr(next_byte_, size));
        next_byte_ += size;
    }
}

void action_queue::forget_all() noexcept {
    queued_.clear();
    next_ = 0;
    key_bytes_.clear();
    key_sizes_.clear();
    next_key_ = 0;
    next_byte_ = 0;
}

} // namespace roomport::wait_detail
