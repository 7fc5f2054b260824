#include <roomport/wait/wait_engine.hpp>

#include "common/context_shutdown.hpp"
#include "common/handler_memory.hpp"
#include "wait/look_handler.hpp"
#include "wait/observer_failure.hpp"
#include "wait/pending_wait.hpp"
#include "wait/wait_state.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

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
          support_(std::make_shared<wait_detail::look_support>(strand)) {
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
        if (wait->is_cancelled || is_closed_) {
            finish_unstarted(*wait, asio::error::operation_aborted);
            return;
        }
        const wait_detail::pending_pointer begun(&wait.release());
        try {
            state_->start(*begun, key, clock::now(), created);
        } catch (const std::bad_alloc&) {
            has_failed_ = true;
            // Where it is under way or over nonetheless, only a look could not begin.
            if (begun->owner == nullptr && !begun->is_over()) {
                auto unstarted = wait_owner::adopt(*begun);
                finish_unstarted(*unstarted, asio::error::no_memory);
            }
        }
    }

    void cancel(pending_wait& wait) {
        wait.is_cancelled = true;
        if (wait.owner != nullptr) {
            state_->cancel(wait, clock::now());
        }
    }

    void cancel_all() {
        state_->give_up_all();
        end_some();
    }

    /// Ends waits a few at a time, so that their handlers run in between instead of piling up.
    void end_some() {
        constexpr std::size_t at_a_time = 256;
        if (state_->end_some(at_a_time, clock::now())) {
            asio::post(strand, [self = shared_from_this()] {
                self->run([](impl& engine) { engine.end_some(); });
            });
        }
    }

    /// Ends every wait, and those that begin later at once: an operation that was initiated lazily may outlive the
    /// engine.
    void close() {
        is_closed_ = true;
        cancel_all();
    }

    // The slot is not cleared: the next look of this number uses its memory again.
    void look_ended(wait_detail::look_id id, observation seen) {
        run([id, seen = std::move(seen)](impl& engine) {
            engine.state_->observed(id, seen, clock::now());
        });
    }

    void look_ended(wait_detail::look_id id, batch_observation seen) {
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
        io_work_.reset();
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
        std::exception_ptr thrown;
        try {
            is_running_ = true;
            const std::unique_ptr<bool, leave_run> guard(&is_running_);
            work(*this);
        } catch (...) {
            thrown = std::current_exception();
            has_failed_ = true;
        }
        if (!state_->has_waits()) {
            io_work_.reset();
            settings.clear();
        } else if (!io_work_) {
            io_work_.emplace(io_executor);
        }
        arm_timer();
        if (thrown) {
            std::rethrow_exception(thrown);
        }
    }

    /// Destroys the handlers uncalled; the state machine can't be used any more.
    void drop_waits() noexcept {
        if (state_) {
            state_->for_each_wait([](wait_detail::waiter& wait) {
                const auto last = wait_owner::adopt(static_cast<pending_wait&>(wait));
            });
            state_.reset();
        }
    }

    void finish_unstarted(pending_wait& wait, error_code ec) {
        wait_result result;
        result.evidence = wait.evidence(clock::now());
        wait.finish(io_executor, ec, std::move(result));
    }

    void arm_timer() {
        auto wake = state_->next_wake();
        if (std::exchange(has_failed_, false) && state_->has_waits()) {
            wake = clock::now() + pause_after_failure;
        }
        if (armed_for_) {
            // One wait at a time: a second would need memory of its own while the first has not come to its end,
            // which is when the timer is armed again.
            if (!wake || *wake < *armed_for_) {
                timer_.cancel();
                armed_for_ = time_point::min();
            }
            return;
        }
        if (!wake) {
            return;
        }
        timer_.expires_at(*wake);
        // The handler keeps the memory that it lies in: it may outlive the engine. Where there is no memory to wait,
        // whatever the engine does next arms the timer.
        timer_.async_wait(
            asio::bind_allocator(detail::handler_allocator<>(*timer_memory_),
                                 [weak = weak_from_this(), memory = timer_memory_](error_code) {
                                     if (const auto self = weak.lock()) {
                                         self->run([](impl& engine) { engine.wake_up(); });
                                     }
                                 }));
        armed_for_ = wake;
    }

    void wake_up() {
        armed_for_.reset();
        state_->advance(clock::now());
    }

    batch_terms terms() override { return observer_->batch(); }

    void start_look(wait_detail::look_id id, std::string_view key, duration hold,
                    time_point deadline) override {
        try {
            observer_->async_observe(key, hold, deadline, handler(id));
        } catch (...) {
            fail_later(id, wait_detail::describe_exception());
        }
    }

    void start_batch_look(wait_detail::look_id id, std::span<const std::string_view> keys,
                          duration hold, time_point deadline) override {
        try {
            observer_->async_observe_many(keys, hold, deadline, handler(id));
        } catch (...) {
            batch_observation seen;
            seen.whole = wait_detail::describe_exception();
            fail_later(id, std::move(seen));
        }
    }

    wait_detail::look_handler<impl> handler(wait_detail::look_id id) {
        while (support_->signals.size() <= id) {
            support_->signals.emplace_back();
        }
        return {weak_from_this(), support_, id};
    }

    template <class Seen>
    void fail_later(wait_detail::look_id id, Seen seen) {
        asio::post(strand, [weak = weak_from_this(), id, seen = std::move(seen)]() mutable {
            if (const auto self = weak.lock()) {
                self->look_ended(id, std::move(seen));
            }
        });
    }

    void cancel_look(wait_detail::look_id id) override {
        support_->signals[id].emit(asio::cancellation_type::terminal);
    }

    void complete(wait_detail::waiter& wait, error_code ec, wait_result result) override {
        auto done = wait_owner::adopt(static_cast<pending_wait&>(wait));
        done->finish(io_executor, ec, std::move(result));
    }

    void caught(std::exception_ptr thrown) override {
        asio::post(strand, [thrown = std::move(thrown)] { std::rethrow_exception(thrown); });
    }

    std::shared_ptr<observer> observer_;
    asio::steady_timer timer_;
    std::shared_ptr<detail::handler_memory> timer_memory_ =
        std::make_shared<detail::handler_memory>();
    /// Keeps the I/O executor busy while somebody waits.
    std::optional<asio::executor_work_guard<asio::any_io_executor>> io_work_;
    std::optional<time_point> armed_for_;
    std::shared_ptr<wait_detail::look_support> support_;
    std::optional<wait_detail::wait_state> state_;
    bool is_running_ = false;
    bool is_closed_ = false;
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
        end.post(self->io_executor, error::invalid_argument, std::move(result));
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
