#include <roomport/wait/wait_engine.hpp>

#include "common/context_shutdown.hpp"
#include "wait/pending_wait.hpp"
#include "wait/poll_handler.hpp"
#include "wait/wait_end.hpp"
#include "wait/wait_state.hpp"
#include "wait/wake_timer.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <optional>

namespace roomport {
namespace {

namespace asio = boost::asio;

using wait_detail::pending_wait;
using wait_detail::wait_owner;

// After a failure, that of the memory most often, the engine tries again so much later.
constexpr duration pause_after_failure = std::chrono::milliseconds(50);

} // namespace

struct wait_engine::impl final : std::enable_shared_from_this<impl>,
                                 wait_detail::wait_actions,
                                 detail::shutdown_listener {
    impl(asio::any_io_executor strand_executor, asio::any_io_executor underneath,
         std::shared_ptr<observer> source, const wait_engine_options& options)
        : strand(std::move(strand_executor)), io_executor(std::move(underneath)),
          observer_(std::move(source)), timer_(strand),
          support_(std::make_shared<wait_detail::poll_support>(strand)) {
        state_.emplace(options, *this);
    }
    impl(const impl&) = delete;
    impl& operator=(const impl&) = delete;

    ~impl() override { drop_waits(); }

    /// Runs `work` on the strand, never inside other work: the state machine must not be entered twice, though a
    /// caller's callback that it runs may call any function of the engine.
    template <class Work>
    void on_strand(Work work) {
        asio::dispatch(strand, [self = shared_from_this(), work = std::move(work)]() mutable {
            self->run(std::move(work));
        });
    }

    void start(wait_owner wait, const std::string& key, std::optional<time_point> created) {
        const wait_detail::pending_pointer begun(&wait.release());
        if (begun->is_cancelled || is_closed_) {
            end_unstarted(*begun);
            return;
        }
        try {
            state_->start(*begun, key, clock::now(), created);
        } catch (const std::bad_alloc&) {
            has_failed_ = true;
            // Where it is under way or over nonetheless, only a poll could not begin.
            if (begun->owner == nullptr && !begun->is_over) {
                end_unstarted(*begun);
            }
        }
    }

    void cancel(pending_wait& wait) {
        // Once: it may already be among those that end later.
        if (!std::exchange(wait.is_cancelled, true) && wait.owner != nullptr) {
            end(wait);
        }
    }

    void cancel_all() {
        try {
            state_->give_up_all();
        } catch (const std::bad_alloc&) {
            has_failed_ = true;
            state_->for_each_wait([this](wait_detail::waiter& wait) {
                if (!std::exchange(wait.is_cancelled, true)) {
                    end_later_.push(static_cast<pending_wait&>(wait));
                }
            });
            return;
        }
        end_some();
    }

    /// Ends waits a few at a time, so that their handlers run in between instead of piling up.
    void end_some() {
        constexpr std::size_t at_a_time = 256;
        is_ending_ = false;
        if (state_->end_some(at_a_time, clock::now())) {
            asio::post(strand, [self = shared_from_this()] {
                self->run([](impl& engine) { engine.end_some(); });
            });
            is_ending_ = true;
        }
    }

    /// Ends every wait, and those that begin later at once: an operation that was initiated lazily may outlive the
    /// engine.
    void close() {
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

    void end_came_back(std::shared_ptr<wait_detail::wait_end> end) {
        on_strand([end = std::move(end)](impl& engine) {
            engine.has_failed_ = true;
            engine.ends_.add(end);
        });
    }

    wait_engine_metrics metrics() const {
        return state_ ? state_->metrics(clock::now()) : wait_engine_metrics();
    }

    void context_shuts_down() override {
        is_closed_ = true;
        drop_waits();
        io_work_.reset();
        self_.reset();
    }

    const asio::any_io_executor strand;
    const asio::any_io_executor io_executor;
    wait_detail::settings_cache settings;

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
        guarded([&] { work(*this); });
        // Where something could not be done, this is put off too: it may have come back for want of memory.
        if (!has_failed_) {
            guarded([&] { has_failed_ = !ends_.post_all(io_executor, weak_from_this()); });
        }
        running.reset();
        if (!has_waits()) {
            io_work_.reset();
            settings.clear();
        } else if (!io_work_) {
            io_work_.emplace(io_executor);
        }
        // Waits that could not be ended at once outlive the engine's owner.
        self_ = is_closed_ && has_waits() ? shared_from_this() : nullptr;
        arm_timer();
        if (thrown_) {
            std::rethrow_exception(std::exchange(thrown_, nullptr));
        }
    }

    /// Does something whatever it throws: that leaves through the end of @ref run.
    template <class Work>
    void guarded(Work work) noexcept {
        try {
            work();
        } catch (...) {
            thrown_ = std::current_exception();
            has_failed_ = true;
        }
    }

    /// Whether somebody has not been told yet how his wait ended.
    bool has_waits() const noexcept {
        return state_->has_waits() || !ends_.empty() || !end_later_.empty();
    }

    /// Destroys the handlers uncalled; the state machine can't be used any more.
    void drop_waits() noexcept {
        if (state_) {
            state_->for_each_wait([](wait_detail::waiter& wait) {
                const auto last = wait_owner::adopt(static_cast<pending_wait&>(wait));
                last->is_over = true;
            });
            state_.reset();
        }
        while (!end_later_.empty()) {
            const auto wait = end_later_.pop();
            if (!wait->is_over) {
                const auto last = wait_owner::adopt(*wait);
            }
        }
        ends_.drop();
    }

    /// Ends a wait with `operation_aborted`, or one that could not begin: later, where there is no memory for it now.
    void end(pending_wait& wait) {
        if (wait.owner == nullptr) {
            end_unstarted(wait);
            return;
        }
        try {
            state_->cancel(wait, clock::now());
        } catch (const std::bad_alloc&) {
            has_failed_ = true;
            if (wait.owner != nullptr) {
                end_later_.push(wait);
            }
        }
    }

    /// @param wait let go by its owner, and not under way.
    void end_unstarted(pending_wait& wait) {
        error_code ec = asio::error::no_memory;
        if (wait.is_cancelled || is_closed_) {
            ec = asio::error::operation_aborted;
        }
        try {
            wait_result result;
            result.evidence = wait.evidence(clock::now());
            ends_.add(wait, ec, std::move(result));
        } catch (const std::bad_alloc&) {
            has_failed_ = true;
            end_later_.push(wait);
        }
    }

    /// Tries again what there was no memory for.
    void end_left_over() {
        while (!end_later_.empty() && !has_failed_) {
            const auto wait = end_later_.pop();
            if (!wait->is_over) {
                end(*wait);
            }
        }
        if (!is_ending_ && state_->has_given_up()) {
            end_some();
        }
    }

    void arm_timer() {
        auto wake = state_->next_wake();
        if (std::exchange(has_failed_, false) && has_waits()) {
            wake = clock::now() + pause_after_failure;
        }
        timer_.arm(wake, [weak = weak_from_this()] {
            if (const auto self = weak.lock()) {
                self->run([](impl& engine) { engine.wake_up(); });
            }
        });
    }

    void wake_up() {
        timer_.went_off();
        guarded([&] { state_->advance(clock::now()); });
        end_left_over();
    }

    /// Before each decision, since time alone may change what the observer can do.
    void offer_terms() noexcept {
        batch_terms terms;
        duration hold_limit{};
        try {
            terms = observer_->batch();
            hold_limit = observer_->hold_limit();
        } catch (...) {
            caught(std::current_exception());
        }
        state_->offer(terms, hold_limit);
    }

    void start_poll(wait_detail::poll_id id, std::string_view key, duration hold,
                    time_point deadline) override {
        observer_->async_observe(key, hold, deadline, handler(id));
    }

    void start_batch_poll(wait_detail::poll_id id, std::span<const std::string_view> keys,
                          duration hold, time_point deadline) override {
        observer_->async_observe_many(keys, hold, deadline, handler(id));
    }

    wait_detail::poll_handler<impl> handler(wait_detail::poll_id id) {
        while (support_->signals.size() <= id) {
            support_->signals.emplace_back();
        }
        return {weak_from_this(), support_, id};
    }

    void cancel_poll(wait_detail::poll_id id) noexcept override {
        // One that could not begin may have none.
        if (id < support_->signals.size()) {
            guarded([&] { support_->signals[id].emit(asio::cancellation_type::terminal); });
        }
    }

    void complete(wait_detail::waiter& wait, error_code ec, wait_result result) override {
        ends_.add(static_cast<pending_wait&>(wait), ec, std::move(result));
    }

    void caught(std::exception_ptr thrown) noexcept override {
        try {
            asio::post(strand, [thrown] { std::rethrow_exception(thrown); });
        } catch (const std::bad_alloc&) {
            thrown_ = thrown;
        }
    }

    std::shared_ptr<observer> observer_;
    wait_detail::wake_timer timer_;
    wait_detail::wait_end_queue ends_;
    /// Waits that could not be ended for want of memory.
    wait_detail::pending_list end_later_;
    /// This object itself while it ends waits that nobody else keeps it for.
    std::shared_ptr<impl> self_;
    /// What is to leave through the `run` of the context.
    std::exception_ptr thrown_;
    /// Keeps the I/O executor busy while somebody waits.
    std::optional<asio::executor_work_guard<asio::any_io_executor>> io_work_;
    std::shared_ptr<wait_detail::poll_support> support_;
    std::optional<wait_detail::wait_state> state_;
    bool is_running_ = false;
    bool is_closed_ = false;
    /// Whether an @ref end_some is on its way.
    bool is_ending_ = false;
    /// Whether something could not be done since the timer was last armed, and is to be tried again.
    bool has_failed_ = false;
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
    wait_detail::waiting_handler end(std::move(handler), self->io_executor);
    if (const char* problem = wait_detail::find_problem(key, options)) {
        wait_result result;
        result.evidence.last_message = problem;
        wait_owner wait(
            wait_detail::pending_pointer(new pending_wait(nullptr, clock::now(), std::move(end))));
        const auto refused =
            std::make_shared<wait_detail::wait_end>(error::invalid_argument, std::move(result));
        refused->adopt(wait.release());
        wait_detail::wait_end::post(refused, self->io_executor, std::weak_ptr<impl>(self));
        return;
    }
    const auto created = options.created_at;
    wait_detail::pending_pointer wait(new pending_wait(
        self->settings.find_or_make(std::move(options)), clock::now(), std::move(end)));
    wait->handler().on_cancel(self->strand, [engine = std::weak_ptr<impl>(self), wait] {
        if (const auto owner = engine.lock()) {
            owner->on_strand([wait](impl& running) { running.cancel(*wait); });
        }
    });
    auto& engine = *self;
    engine.on_strand([owner = wait_owner(std::move(wait)), key = std::move(key), created](
                         impl& running) mutable { running.start(std::move(owner), key, created); });
}

} // namespace roomport
