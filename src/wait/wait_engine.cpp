#include <roomport/wait/wait_engine.hpp>

#include "common/context_shutdown.hpp"
#include "wait/end_delivery.hpp"
#include "wait/poll_handler.hpp"
#include "wait/wait_state.hpp"
#include "wait/wake_timer.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <new>
#include <optional>
#include <variant>

namespace roomport {
namespace {

namespace asio = boost::asio;

using wait_detail::plain_end;
using wait_detail::waiter;

} // namespace

struct wait_engine::impl final : std::enable_shared_from_this<impl>, detail::shutdown_listener {
    impl(asio::any_io_executor strand_executor, asio::any_io_executor underneath,
         std::shared_ptr<observer> source, const wait_engine_options& options)
        : strand(std::move(strand_executor)), io_executor(std::move(underneath)),
          delivery(std::make_shared<wait_detail::end_delivery>(io_executor)),
          observer_(std::move(source)), timer_(strand),
          support_(std::make_shared<wait_detail::poll_support>(strand)) {
        state_.emplace(options);
    }
    impl(const impl&) = delete;
    impl& operator=(const impl&) = delete;

    ~impl() override { drop_waits(); }

    /// Runs `work` on the strand, never inside other work: a caller's callback may call any function of the engine.
    template <class Work>
    void on_strand(Work work) {
        asio::dispatch(strand, [self = shared_from_this(), work = std::move(work)]() mutable {
            self->run(std::move(work));
        });
    }

    void start(waiter::owner wait, const std::string& key, std::optional<time_point> created) {
        if (wait->is_cancelled || is_closed_) {
            wait->end(plain_end::cancelled);
            deliver(std::move(wait));
            return;
        }
        try {
            state_->start(*wait, key, clock::now(), created);
        } catch (const std::bad_alloc&) {
            wait->end(plain_end::no_memory);
            deliver(std::move(wait));
            return;
        }
        // The state machine has it now.
        static_cast<void>(wait.release());
    }

    void cancel(waiter& wait) noexcept {
        // Seen by a wait that is still on its way here.
        wait.is_cancelled = true;
        if (wait.key_entry() != nullptr) {
            state_->cancel(wait, clock::now());
        }
    }

    void cancel_all() noexcept {
        state_->give_up_all();
        state_->advance(clock::now());
    }

    /// Ends every wait, and those that begin later at once: an operation that was initiated lazily may outlive the
    /// engine.
    void close() noexcept {
        is_closed_ = true;
        cancel_all();
    }

    // The slot is not cleared: the next poll of this number uses its memory again.
    void poll_ended(wait_detail::poll_id id, observation seen) {
        run([id, seen = std::move(seen)](impl& engine) {
            engine.state_->observed(id, seen, clock::now());
        });
    }

    void poll_ended(wait_detail::poll_id id, batch_observation seen) {
        run([id, seen = std::move(seen)](impl& engine) {
            engine.state_->observed_many(id, seen, clock::now());
        });
    }

    wait_engine_metrics metrics() const {
        return state_ ? state_->metrics(clock::now()) : wait_engine_metrics();
    }

    void context_shuts_down() override {
        is_closed_ = true;
        drop_waits();
        delivery->drop();
        io_work_.reset();
        self_.reset();
    }

    const asio::any_io_executor strand;
    const asio::any_io_executor io_executor;
    wait_detail::settings_cache settings;
    const std::shared_ptr<wait_detail::end_delivery> delivery;

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
        is_running_ = true;
        std::unique_ptr<bool, leave_run> running(&is_running_);
        offer_terms();
        work(*this);
        while (auto action = state_->next_action()) {
            std::visit([this](auto& wanted) { this->carry_out(wanted); }, *action);
        }
        running.reset();
        if (!state_->has_waits()) {
            io_work_.reset();
            settings.clear();
        } else if (!io_work_) {
            io_work_.emplace(io_executor);
        }
        // Waits that are ended a few at a time outlive the engine's owner.
        self_ = is_closed_ && state_->has_waits() ? shared_from_this() : nullptr;
        arm_timer();
        if (thrown_) {
            std::rethrow_exception(std::exchange(thrown_, nullptr));
        }
    }

    /// Destroys the handlers uncalled; the state machine can't be used any more.
    void drop_waits() noexcept {
        if (state_) {
            state_->for_each_wait([](waiter& wait) {
                wait.end(plain_end::cancelled);
                const waiter::owner last(&wait);
            });
            state_.reset();
        }
    }

    /// @param over let go by the state machine, or never under way.
    void deliver(waiter::owner over) noexcept {
        over->drop_settings();
        delivery->add(std::move(over));
    }

    void arm_timer() {
        timer_.arm(state_->next_wake(), [weak = weak_from_this()] {
            if (const auto self = weak.lock()) {
                self->run([](impl& engine) {
                    engine.timer_.went_off();
                    engine.state_->advance(clock::now());
                });
            }
        });
    }

    /// Before each decision, since time alone may change what the observer can do.
    void offer_terms() noexcept {
        batch_terms terms;
        duration hold_limit{};
        try {
            terms = observer_->batch();
            hold_limit = observer_->hold_limit();
        } catch (...) {
            rethrow_later(std::current_exception());
        }
        state_->offer(terms, hold_limit);
    }

    void carry_out(const wait_detail::start_poll& wanted) noexcept {
        try {
            if (wanted.is_batch) {
                observer_->async_observe_many(wanted.keys, wanted.hold, wanted.deadline,
                                              handler(wanted.poll));
            } else {
                observer_->async_observe(wanted.keys.front(), wanted.hold, wanted.deadline,
                                         handler(wanted.poll));
            }
        } catch (...) {
            state_->start_failed(wanted.poll, std::current_exception(), clock::now());
        }
    }

    void carry_out(const wait_detail::cancel_poll& wanted) noexcept {
        // One that could not begin may have none.
        if (wanted.poll >= support_->signals.size()) {
            return;
        }
        try {
            support_->signals[wanted.poll].emit(asio::cancellation_type::terminal);
        } catch (...) {
            rethrow_later(std::current_exception());
        }
    }

    void carry_out(const wait_detail::report_progress& wanted) noexcept {
        try {
            wanted.report->tell();
        } catch (...) {
            rethrow_later(std::current_exception());
        }
    }

    void carry_out(const wait_detail::complete_wait& wanted) noexcept {
        deliver(waiter::owner(wanted.over));
    }

    void carry_out(const wait_detail::exception_caught& wanted) noexcept {
        rethrow_later(wanted.thrown);
    }

    wait_detail::poll_handler<impl> handler(wait_detail::poll_id id) {
        while (support_->signals.size() <= id) {
            support_->signals.emplace_back();
        }
        return {weak_from_this(), support_, id};
    }

    /// Lets an exception leave through the `run()` of the context.
    void rethrow_later(std::exception_ptr thrown) noexcept {
        try {
            asio::post(strand, [thrown] { std::rethrow_exception(thrown); });
        } catch (const std::bad_alloc&) {
            thrown_ = std::move(thrown);
        }
    }

    std::shared_ptr<observer> observer_;
    wait_detail::wake_timer timer_;
    /// This object itself while it ends waits that nobody else keeps it for.
    std::shared_ptr<impl> self_;
    /// What there was no memory to post.
    std::exception_ptr thrown_;
    /// Keeps the I/O executor busy while somebody waits.
    std::optional<asio::executor_work_guard<asio::any_io_executor>> io_work_;
    std::shared_ptr<wait_detail::poll_support> support_;
    std::optional<wait_detail::wait_state> state_;
    bool is_running_ = false;
    bool is_closed_ = false;
};

wait_engine::wait_engine(asio::any_io_executor strand, asio::any_io_executor io_executor,
                         std::shared_ptr<observer> source, wait_engine_options options)
    : impl_(std::make_shared<impl>(std::move(strand), std::move(io_executor), std::move(source),
                                   options)) {
    detail::watch_shutdown(impl_->strand, impl_);
}

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
    if (const char* problem = wait_detail::find_problem(key, options)) {
        auto refused = waiter::make(wait_detail::settings_pointer(), clock::now(),
                                    std::move(handler), self->io_executor);
        auto outcome = std::make_unique<wait_detail::wait_outcome>();
        outcome->ec = error::invalid_argument;
        outcome->result.evidence.last_message = problem;
        refused->end(std::move(outcome));
        self->delivery->add(std::move(refused));
        return;
    }
    const auto created = options.created_at;
    auto wait = waiter::make(self->settings.find_or_make(std::move(options)), clock::now(),
                             std::move(handler), self->io_executor);
    wait->on_cancel(self->strand, [engine = std::weak_ptr<impl>(self),
                                   memory = boost::intrusive_ptr<waiter>(wait.get())] {
        if (const auto owner = engine.lock()) {
            owner->on_strand([memory](impl& running) { running.cancel(*memory); });
        }
    });
    auto& engine = *self;
    engine.on_strand([wait = std::move(wait), key = std::move(key), created](
                         impl& running) mutable { running.start(std::move(wait), key, created); });
}

} // namespace roomport
