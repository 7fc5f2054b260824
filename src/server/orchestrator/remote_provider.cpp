#include "server/orchestrator/remote_provider.hpp"

#include <roomport/error.hpp>

#include <boost/asio/post.hpp>

#include <utility>

namespace roomport::server {
namespace {

using allocation::refusal_class;

constexpr int store_is_away = 503;

/// What a caller of the API is told; never 401, which would be about the caller's own token.
int status_of(const std::optional<refusal_class>& why) {
    if (!why) {
        return 0;
    }
    switch (*why) {
    case refusal_class::request:
        return 422;
    case refusal_class::quota:
        return 402;
    case refusal_class::no_capacity:
        return 429;
    default:
        return 500;
    }
}

} // namespace

remote_provider::remote_provider(boost::asio::io_context& context,
                                 allocation::engine_settings settings,
                                 std::unique_ptr<allocation::allocator> vendor,
                                 std::unique_ptr<allocation::journal> store, logger log)
    : context_(context), log_(std::move(log)), vendor_(std::move(vendor)), store_(std::move(store)),
      timer_(context), engine_(std::move(settings), *vendor_, *store_, engine_events(),
                               [] { return clock::now(); }) {}

remote_provider::~remote_provider() = default;

allocation::engine::events remote_provider::engine_events() {
    allocation::engine::events to;
    to.told = [this](number which, const allocation::tell_room& what) {
        told(which, what);
    };
    to.accepted = [this](number which) {
        const auto found = processes_.find(which);
        if (found != processes_.end()) {
            tell(process_event(process_event::kind::accepted, found->second.process_id));
        }
    };
    to.not_written = [this](number which, const std::string& problem) {
        exited(which, "it can't be written down: " + problem, store_is_away);
    };
    to.over = [this](number which) {
        exited(which, "it was stopped", 0);
        const auto found = processes_.find(which);
        if (found != processes_.end()) {
            numbers_.erase(found->second.process_id);
            processes_.erase(found);
        }
    };
    to.log = log_;
    to.rearm = [this] {
        arm();
    };
    return to;
}

void remote_provider::restore(const allocation::journal_content& content,
                              const std::function<std::string(const allocation::intent&)>& adopt) {
    for (const auto& each : engine_.restore(content)) {
        remote_process back;
        back.process_id = adopt(each.what);
        numbers_[back.process_id] = each.which;
        processes_[each.which] = std::move(back);
    }
}

void remote_provider::create(const process_order& order) {
    if (const auto& problem = engine_.journal_problem(); !problem.empty()) {
        process_event refused(process_event::kind::exited, order.process_id);
        refused.is_hopeless = true;
        refused.refusal_status = store_is_away;
        refused.reason = "it can't be written down: " + problem;
        tell(std::move(refused));
        return;
    }
    const number which =
        engine_.create(order.room_id.value_or(""), std::string(order.region.text()),
                       order.room_config.value_or(""));
    remote_process made;
    made.process_id = order.process_id;
    numbers_[order.process_id] = which;
    processes_[which] = std::move(made);
}

std::optional<process_state> remote_provider::observe(const std::string& process_id) const {
    const auto found = numbers_.find(process_id);
    return found == numbers_.end() ? std::nullopt
                                   : std::optional(processes_.at(found->second).state);
}

void remote_provider::stop(const std::string& process_id, bool /*at_once*/) {
    const auto found = numbers_.find(process_id);
    if (found != numbers_.end()) {
        const number which = found->second;
        processes_.at(which).state = process_state::stopping;
        engine_.destroy(which);
    }
}

std::string remote_provider::problem() const {
    if (!engine_.journal_problem().empty()) {
        return "nothing can be written down: " + engine_.journal_problem();
    }
    if (!engine_.credentials_problem().empty()) {
        return "the orchestrator refuses the credentials: " + engine_.credentials_problem();
    }
    return {};
}

void remote_provider::told(number which, const allocation::tell_room& what) {
    const auto found = processes_.find(which);
    if (found == processes_.end()) {
        return;
    }
    remote_process& process = found->second;
    switch (what.state) {
    case allocation::room_state::starting:
        tell(process_event(process_event::kind::written, process.process_id));
        break;
    case allocation::room_state::ready: {
        process.state = process_state::ready;
        process_event ready(process_event::kind::ready, process.process_id);
        ready.endpoints = what.endpoints;
        tell(std::move(ready));
        break;
    }
    case allocation::room_state::gone:
        // One that was asked to stop ends when nothing of it is left.
        if (process.state != process_state::stopping) {
            exited(which, what.reason, status_of(what.refused_as));
        }
        break;
    }
}

void remote_provider::exited(number which, const std::string& reason, int refusal_status) {
    const auto found = processes_.find(which);
    if (found == processes_.end() || std::exchange(found->second.has_exited, true)) {
        return;
    }
    process_event event(process_event::kind::exited, found->second.process_id);
    event.is_hopeless = true;
    event.reason = reason;
    event.refusal_status = refusal_status;
    tell(std::move(event));
}

void remote_provider::tell(process_event event) {
    events_.push_back(std::move(event));
    if (events_.size() == 1) {
        boost::asio::post(context_, [this, is_here = std::weak_ptr<bool>(is_here_)] {
            if (is_here.lock()) {
                deliver();
            }
        });
    }
}

void remote_provider::deliver() {
    for (const auto& event : std::exchange(events_, {})) {
        listener_(event);
    }
}

void remote_provider::arm() {
    const auto wake = engine_.next_wake().value_or(time_point::max());
    if (wake == armed_for_) {
        return;
    }
    armed_for_ = wake;
    if (wake == time_point::max()) {
        timer_.cancel();
        return;
    }
    timer_.expires_at(wake);
    timer_.async_wait([this](error_code ec) {
        if (!ec) {
            armed_for_ = time_point::max();
            engine_.advance();
        }
    });
}

} // namespace roomport::server
