#pragma once

#include "common/completion.hpp"
#include "wait/waiter.hpp"

#include <roomport/wait/wait_result.hpp>

#include <boost/intrusive/list.hpp>

#include <memory>
#include <utility>

namespace roomport::wait_detail {

/// A wait with the caller's end of it. It holds itself while it is under way.
class pending_wait : public wait_detail::waiter, public boost::intrusive::list_base_hook<> {
public:
    using completion_type = detail::completion<error_code, wait_result>;

    pending_wait(wait_options options, time_point started, completion_type end)
        : waiter(std::move(options), started), end_(std::move(end)) {}

    completion_type& end() noexcept { return end_; }

    std::shared_ptr<pending_wait> self;
    bool is_cancelled = false;

private:
    completion_type end_;
};

/// The waits under way, in no particular order; does not own them.
using pending_waits = boost::intrusive::list<pending_wait>;

} // namespace roomport::wait_detail
