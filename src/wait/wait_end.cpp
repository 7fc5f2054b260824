#include "wait/wait_end.hpp"

namespace roomport::wait_detail {
namespace {

constexpr std::size_t most_capacity_kept = 1024;

} // namespace

wait_end::wait_end(error_code ec, wait_result result) noexcept
    : ec_(ec), result_(std::move(result)) {}

wait_end::~wait_end() {
    if (wait_) {
        wait_->drop();
    }
}

void wait_end::adopt(pending_wait& wait) noexcept {
    wait_ = pending_pointer(&wait, false);
    wait_->is_over = true;
}

bool wait_end::dispatch(std::shared_ptr<wait_end>& end) {
    if (!end->wait_->handler().has_own_executor()) {
        deliver(std::move(end));
        return true;
    }
    try {
        end->wait_->handler().dispatch([kept = end]() mutable { deliver(std::move(kept)); });
    } catch (const std::bad_alloc&) {
        // Not one that the handler threw, which may have been called in there.
        if (end->is_delivered_) {
            throw;
        }
        return false;
    }
    return true;
}

void wait_end::deliver(std::shared_ptr<wait_end> end) {
    end->is_delivered_ = true;
    auto handler = std::move(end->wait_->handler());
    const error_code ec = end->ec_;
    auto result = std::move(end->result_);
    end.reset();
    handler.call(ec, std::move(result));
}

void wait_end_queue::add(pending_wait& wait, error_code ec, wait_result result) {
    ends_.push_back(std::make_shared<wait_end>(ec, std::move(result)));
    ends_.back()->adopt(wait);
}

void wait_end_queue::forget(std::size_t oldest) noexcept {
    ends_.erase(ends_.begin(), ends_.begin() + static_cast<std::ptrdiff_t>(oldest));
    if (ends_.empty() && ends_.capacity() > most_capacity_kept) {
        std::vector<std::shared_ptr<wait_end>>().swap(ends_);
    }
}

} // namespace roomport::wait_detail
