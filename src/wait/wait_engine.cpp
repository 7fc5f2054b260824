#include <roomport/wait/wait_engine.hpp>

#include "wait/observer_failure.hpp"
#include "wait/pending_wait.hpp"
#include "wait/wait_state.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <optional>

namespace roomport {
namespace {

namespace asio = boost::asio;

using wait_detail::pending_wait;

} // namespace

struct wait_engine::impl final : std::enable_shared_from_this<impl>, wait_detail::wait_actions {
    // Apart from the engine: an observer that winds down may touch a slot after the engine has gone.
    using signal_list = std::deque<asio::cancellation_signal>;

    impl(asio::any_io_executor strand_executor, asio::any_io_executor underneath,
         std::shared_ptr<observer> source, const wait_engine_options& options)
        : strand(std::move(strand_executor)), io_executor(std::move(underneath)),
          observer_(std::move(source)), timer_(strand), signals_(std::make_shared<signal_list>()) {
        state_.emplace(options, *this);
    }
    impl(const impl&) = delete;
    impl& operator=(const impl&) = delete;

    ~impl() {
        state_.reset();
        waits_.clear_and_dispose(
            [](pending_wait* wait) { const auto last = std::move(wait->self); });
    }

    /// Runs `work` on the strand, never inside other work: the state machine must not be entered twice, though a
    /// caller's callback that it runs may call any function of the engine.
    template <class Work>
    void on_strand(Work work) {
        asio::dispatch(strand, [self = shared_from_this(), work = std::move(work)]() mutable {
            self->run(std::move(work));
        });
    }

    void start(const std::shared_ptr<pending_wait>& wait, const std::string& key) {
        if (wait->is_cancelled || is_closed_) {
            finish_unstarted(*wait, asio::error::operation_aborted);
            return;
        }
        wait->self = wait;
        waits_.push_back(*wait);
        try {
            state_->start(*wait, key, clock::now());
        } catch (const std::bad_alloc&) {
            if (wait->owner == nullptr && wait->self) {
                const auto last = std::move(wait->self);
                waits_.erase(waits_.iterator_to(*wait));
                finish_unstarted(*wait, asio::error::no_memory);
            }
        }
    }

    void cancel(pending_wait& wait) {
        wait.is_cancelled = true;
        if (wait.owner != nullptr) {
            state_->cancel(wait, clock::now());
        }
    }

    void cancel_all() { state_->cancel_all(clock::now()); }

    /// Ends every wait, and those that begin later at once: an operation that was initiated lazily may outlive the
    /// engine.
    void close() {
        is_closed_ = true;
        cancel_all();
    }

    wait_engine_metrics metrics() const { return state_->metrics(); }

    const asio::any_io_executor strand;
    const asio::any_io_executor io_executor;

private:
    struct leave_run {
        void operator()(bool* is_running) const noexcept { *is_running = false; }
    };

    template <class Work>
    void run(Work work) {
        if (is_running_) {
            asio::post(strand, [self = shared_from_this(), work = std::move(work)]() mutable {
                self->run(std::move(work));
            });
            return;
        }
        {
            is_running_ = true;
            const std::unique_ptr<bool, leave_run> guard(&is_running_);
            work(*this);
        }
        arm_timer();
    }

    static void finish_unstarted(pending_wait& wait, error_code ec) {
        wait_result result;
        result.evidence = wait.take_evidence(clock::now());
        wait.end().post(ec, std::move(result));
    }

    void arm_timer() {
        const auto wake = state_->next_wake();
        if (!wake) {
            if (armed_for_) {
                armed_for_.reset();
                timer_.cancel();
            }
            return;
        }
        if (armed_for_ && *armed_for_ <= *wake) {
            return;
        }
        armed_for_ = wake;
        timer_.expires_at(*wake);
        timer_.async_wait([weak = weak_from_this(), armed = *wake](error_code ec) {
            const auto self = weak.lock();
            if (self && !ec) {
                self->run([armed](impl& engine) { engine.wake_up(armed); });
            }
        });
    }

    void wake_up(time_point armed) {
        if (armed_for_ == armed) {
            armed_for_.reset();
        }
        state_->advance(clock::now());
    }

    void start_look(wait_detail::look_id id, std::string_view key, duration hold,
                    time_point deadline) override {
        while (signals_->size() <= id) {
            signals_->emplace_back();
        }
        try {
            observer_->async_observe(
                key, hold, deadline,
                asio::bind_executor(
                    strand, asio::bind_cancellation_slot(
                                (*signals_)[id].slot(), [weak = weak_from_this(),
                                                         signals = signals_, id](observation seen) {
                                    if (const auto self = weak.lock()) {
                                        self->look_ended(id, std::move(seen));
                                    }
                                })));
        } catch (...) {
            asio::post(strand, [weak = weak_from_this(), id,
                                seen = wait_detail::describe_exception()]() mutable {
                if (const auto self = weak.lock()) {
                    self->look_ended(id, std::move(seen));
                }
            });
        }
    }

    void look_ended(wait_detail::look_id id, observation seen) {
        (*signals_)[id].slot().clear();
        run([id, seen = std::move(seen)](impl& engine) mutable {
            engine.state_->observed(id, std::move(seen), clock::now());
        });
    }

    void cancel_look(wait_detail::look_id id) override {
        (*signals_)[id].emit(asio::cancellation_type::terminal);
    }

    void complete(wait_detail::waiter& wait, error_code ec, wait_result result) override {
        auto& pending = static_cast<pending_wait&>(wait);
        const auto last = std::move(pending.self);
        waits_.erase(waits_.iterator_to(pending));
        pending.end().post(ec, std::move(result));
    }

    void caught(std::exception_ptr thrown) override {
        asio::post(strand, [thrown = std::move(thrown)] { std::rethrow_exception(thrown); });
    }

    std::shared_ptr<observer> observer_;
    asio::steady_timer timer_;
    std::optional<time_point> armed_for_;
    std::shared_ptr<signal_list> signals_;
    wait_detail::pending_waits waits_;
    std::optional<wait_detail::wait_state> state_;
    bool is_running_ = false;
    bool is_closed_ = false;
};

wait_engine::wait_engine(asio::any_io_executor strand, asio::any_io_executor io_executor,
                         std::shared_ptr<observer> source, wait_engine_options options)
    : impl_(std::make_shared<impl>(std::move(strand), std::move(io_executor), std::move(source),
                                   options)) {}

wait_engine::~wait_engine() {
    // The last reference goes along, so that the engine's state ends where it lived.
    auto executor = impl_->strand;
    asio::post(executor, [self = std::move(impl_)] {
        self->on_strand([](impl& engine) { engine.close(); });
    });
}

void wait_engine::cancel() {
    impl_->on_strand([](impl& engine) { engine.cancel_all(); });
}

wait_engine_metrics wait_engine::metrics() const {
    return impl_->metrics();
}

void wait_engine::start_wait(std::shared_ptr<impl> self, std::string key, wait_options options,
                             handler_type handler) {
    pending_wait::completion_type end(self->io_executor, std::move(handler));
    if (const char* problem = wait_detail::find_problem(key, options)) {
        wait_result result;
        result.evidence.last_message = problem;
        end.post(error::invalid_argument, std::move(result));
        return;
    }
    auto wait = std::make_shared<pending_wait>(std::move(options), clock::now(), std::move(end));
    wait->end().on_cancel(
        self->strand, [engine = std::weak_ptr<impl>(self), one = std::weak_ptr(wait)] {
            const auto owner = engine.lock();
            const auto pending = one.lock();
            if (owner && pending) {
                owner->on_strand([pending](impl& running) { running.cancel(*pending); });
            }
        });
    auto& engine = *self;
    engine.on_strand([wait = std::move(wait), key = std::move(key)](impl& running) {
        running.start(wait, key);
    });
}

} // namespace roomport
