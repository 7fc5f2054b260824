#pragma once

#include "program/exit_status.hpp"
#include "program/settings.hpp"

#include <roomport/client/client.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <exception>
#include <string>
#include <utility>

namespace roomport::cli {

/// One command at work: a client on a context of its own, ended by its results, or by SIGINT, SIGTERM or SIGHUP.
class session {
public:
    /// @throws boost::system::system_error when the settings can't be used.
    explicit session(const program::settings& given);

    boost::asio::io_context& context() { return context_; }
    client& api() { return client_; }

    /// What a second signal says on standard error, as it ends the program before everything has ended.
    void set_last_words(std::string words) { last_words_ = std::move(words); }

    /// Says that all results are in; `run` returns once the client has nothing left to do.
    void finish();

    /// Does something that may fail, like printing a result, inside a handler. What it throws ends `run`.
    /// @return whether this and everything guarded before went well; after a failure nothing more is done.
    template <class Work>
    bool guard(Work work) {
        if (!failure_) {
            try {
                work();
            } catch (...) {
                failure_ = std::current_exception();
            }
        }
        return !failure_;
    }

    /// Runs until `finish` was called and everything has ended.
    /// @throws what was thrown inside `guard`.
    void run();

    /// The status for a command that ended with `own`: the signal's when one came.
    program::exit_status status(program::exit_status own) const;

private:
    void wait_for_signal();

    boost::asio::io_context context_;
    boost::asio::signal_set signals_;
    client client_;
    int signal_ = 0;
    std::string last_words_;
    std::exception_ptr failure_;
};

} // namespace roomport::cli
