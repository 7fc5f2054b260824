#pragma once

#include "wait_script.hpp"

#include <roomport/wait/observer.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace roomport::wait_detail {

/// An observer on a real executor that answers as a function says, after a delay, and obeys deadline and cancellation.
class scripted_observer final : public observer {
public:
    using script_function = std::function<observation(const std::string& key, unsigned nth)>;

    scripted_observer(boost::asio::any_io_executor strand, duration delay, script_function script)
        : strand_(std::move(strand)), delay_(delay), script_(std::move(script)) {}

    void async_observe(std::string_view key, duration hold, time_point deadline,
                       handler_type handler) override {
        const unsigned nth = ++polls;
        const bool held = hold > duration::zero();
        auto work = std::make_shared<operation>(strand_, std::move(handler));
        work->seen = script_(std::string(key), nth);
        work->seen.held = held;
        const time_point answer = clock::now() + delay_ + hold;
        if (answer > deadline) {
            work->seen = failed(error::attempt_timeout, held);
        }
        work->timer.expires_at(std::min(answer, deadline));
        auto slot = boost::asio::get_associated_cancellation_slot(work->handler);
        slot.assign([this, weak = std::weak_ptr(work)](boost::asio::cancellation_type) {
            ++cancelled;
            if (const auto alive = weak.lock()) {
                alive->timer.cancel();
            }
        });
        work->timer.async_wait([work, slot](error_code ec) mutable {
            slot.clear();
            auto finish = std::move(work->handler);
            std::move(finish)(ec ? failed(boost::asio::error::operation_aborted, work->seen.held)
                                 : std::move(work->seen));
        });
    }

    batch_terms batch() const override {
        if (terms_fail) {
            throw std::runtime_error("terms");
        }
        return terms;
    }

    void async_observe_many(std::span<const std::string_view> keys, duration /*hold*/,
                            time_point /*deadline*/, batch_handler_type handler) override {
        const unsigned nth = ++batch_polls;
        batch_observation seen;
        seen.whole.state = observed_state::starting;
        for (const auto key : keys) {
            seen.keys.emplace_back(script_(std::string(key), nth));
        }
        auto timer = std::make_shared<boost::asio::steady_timer>(strand_, delay_);
        timer->async_wait([timer, seen = std::move(seen), handler = std::move(handler)](
                              error_code) mutable { std::move(handler)(std::move(seen)); });
    }

    batch_terms terms;
    /// Whether it throws instead of its terms.
    bool terms_fail = false;
    std::atomic<unsigned> batch_polls = 0;
    std::atomic<unsigned> polls = 0;
    std::atomic<unsigned> cancelled = 0;

private:
    struct operation {
        operation(const boost::asio::any_io_executor& executor, handler_type end)
            : timer(executor), handler(std::move(end)) {}
        boost::asio::steady_timer timer;
        handler_type handler;
        observation seen;
    };

    boost::asio::any_io_executor strand_;
    duration delay_;
    script_function script_;
};

} // namespace roomport::wait_detail
