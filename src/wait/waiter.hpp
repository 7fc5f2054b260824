#pragma once

#include "wait/history/seen_history.hpp"
#include "wait/history/word_table.hpp"
#include "wait/progress_report.hpp"
#include "wait/wait_settings.hpp"

#include <roomport/wait/wait_options.hpp>
#include <roomport/wait/wait_result.hpp>

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace roomport::wait_detail {

class entry;

/// What one who joined others does not take part in: what was seen before the observation that it joined with.
struct seen_before_joining {
    std::uint32_t count = 0;
    phase_times times;
};

/// What is wrong with the options of a wait, as a sentence; null when nothing is.
const char* find_problem(const wait_options& options);

/// What is wrong with the arguments of a wait, as a sentence; null when nothing is.
const char* find_problem(std::string_view key, const wait_options& options);

/// How a wait ended. Kept apart, for a wait under way has no room for it.
struct wait_outcome {
    error_code ec;
    wait_result result;
};

/// Ends that are told even where there is no memory for a @ref wait_outcome.
enum class plain_end : std::uint8_t { no_memory, cancelled, deadline_passed };

error_code code_of(plain_end why) noexcept;

/// One caller's wait from the call to the handler: its deadline, its own judgement of what was seen of its key, its end.
///
/// It is in one place at a time: on its way to the engine, among the waiters of a key, or in a @ref waiter_list once it
/// is over. The place has the caller's handler; whoever else refers to the wait keeps no more than its memory.
class waiter : public boost::intrusive_ref_counter<waiter> {
public:
    using handler_type = boost::asio::any_completion_handler<void(error_code, wait_result)>;

    /// A wait whose end nobody is told.
    /// @param settings how to wait.
    /// @param started  when the caller asked.
    waiter(settings_pointer settings, time_point started);

    /// @param io_executor where handlers are called that have no executor of their own.
    /// @pre called in the initiating function, where the handler's cancellation slot may be touched.
    waiter(settings_pointer settings, time_point started, handler_type handler,
           const boost::asio::any_io_executor& io_executor);

    /// Lets a cancellation that the caller asks for run `cancel` on `executor`; `cancel` stays in the caller's slot until
    /// the handler is called.
    /// @pre called in the initiating function.
    template <class Executor, class Cancel>
    void on_cancel(Executor executor, Cancel cancel) {
        auto slot = boost::asio::get_associated_cancellation_slot(handler_);
        if (slot.is_connected()) {
            slot.assign([executor = std::move(executor),
                         cancel = std::move(cancel)](boost::asio::cancellation_type type) mutable {
                if (type != boost::asio::cancellation_type::none) {
                    boost::asio::post(executor, cancel);
                }
            });
        }
    }

    const wait_settings& settings() const noexcept { return *settings_; }
    const wait_options& options() const noexcept { return settings_->options; }
    time_point deadline() const noexcept;

    /// The key's entry; null while the wait is not under way.
    entry* key_entry() const noexcept { return is_over_ ? nullptr : location_.in; }

    void join(entry& one) noexcept { location_.in = &one; }

    /// Judges one observation.
    /// Throws what an acceptor throws; the observation counts all the same.
    /// @return nothing while the wait goes on; else how it ends, success being a code that has not failed.
    std::optional<error_code> judge(const observation& seen, time_point now);

    /// Notes that a poll was under way when the deadline passed: it counts, and without another failure that is how it failed.
    void note_unanswered_poll() noexcept { has_unanswered_poll_ = true; }

    /// What to tell `on_progress`; null where there is none, or no memory for it.
    std::unique_ptr<progress_report> progress(wait_event::kind what, std::string_view key,
                                              duration retry_in, const seen_history& seen,
                                              const seen_before_joining& before,
                                              const word_table& words,
                                              time_point now) const noexcept;

    /// The evidence at the end of the wait.
    wait_evidence evidence(const seen_history& seen, const seen_before_joining& before,
                           const word_table& words, time_point now) const;

    /// The wait is over.
    void end(std::unique_ptr<wait_outcome> outcome) noexcept;

    /// The wait is over, and no more is known of it. Takes no memory.
    void end(plain_end why) noexcept;

    bool is_over() const noexcept { return is_over_; }

    /// How it ended; once. @pre it is over.
    wait_outcome take_outcome(time_point now);

    /// What its options hold is let go: where they were called, the caller's callbacks are destroyed too.
    void drop_settings() noexcept { settings_.reset(); }

    /// Whether the handler is to be called elsewhere than on the executor of the I/O.
    bool has_own_executor() const noexcept { return work_ != nullptr; }

    /// @pre has_own_executor()
    boost::asio::any_completion_executor own_executor() const { return work_->get_executor(); }

    struct let_go {
        void operator()(waiter* wait) const noexcept;
    };

    /// The place where a wait is, with the handler: destroyed, it destroys the handler uncalled.
    using owner = std::unique_ptr<waiter, let_go>;

    /// A wait made with `arguments`, in its first place.
    template <class... Arguments>
    static owner make(Arguments&&... arguments) {
        auto* made = new waiter(std::forward<Arguments>(arguments)...);
        intrusive_ptr_add_ref(made);
        return owner(made);
    }

    /// Calls the handler with the outcome. To be called on the handler's executor. @pre it is over.
    static void call(owner wait, time_point now);

    /// The order in which the waiters of a key came; once it is over, how many actions come before its end.
    std::uint32_t place = 0;

    /// Whether the caller wants it to end.
    bool is_cancelled = false;

private:
    friend class waiter_list;
    using work_guard = boost::asio::executor_work_guard<boost::asio::any_completion_executor>;

    /// Where it is: in an entry, or, once it is over, in a list.
    union location {
        entry* in = nullptr;
        waiter* next;
    };

    void count(observed_state state, verdict decided) noexcept;
    wait_evidence evidence(time_point now) const;

    bool is_over_ : 1 = false;
    bool has_unanswered_poll_ : 1 = false;
    plain_end end_ = plain_end::no_memory;
    std::uint8_t broken_in_a_row_ = 0;
    std::uint32_t consecutive_failures_ = 0;
    settings_pointer settings_;
    time_point started_;
    location location_;
    std::unique_ptr<wait_outcome> outcome_;
    handler_type handler_;
    std::unique_ptr<work_guard> work_;
};

/// Waits that are over, first in, first out. Takes no memory, and owns none of them.
class waiter_list {
public:
    waiter_list() = default;
    waiter_list(const waiter_list&) = delete;
    waiter_list& operator=(const waiter_list&) = delete;

    bool empty() const noexcept { return first_ == nullptr; }

    /// @pre not empty.
    waiter& front() const noexcept { return *first_; }

    void push_back(waiter& over) noexcept;

    /// @pre not empty.
    waiter& pop_front() noexcept;

private:
    waiter* first_ = nullptr;
    waiter* last_ = nullptr;
};

} // namespace roomport::wait_detail
