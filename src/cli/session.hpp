#pragma once

#include "cli/exit_status.hpp"
#include "cli/settings.hpp"

#include <roomport/client/client.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

namespace roomport::cli {

/// One command at work: a client on a context of its own, ended by its results, or by SIGINT or SIGTERM.
class session {
public:
    /// @throws boost::system::system_error when the settings can't be used.
    explicit session(const settings& given);

    boost::asio::io_context& context() { return context_; }
    client& api() { return client_; }

    /// Says that all results are in; `run` returns once the client has nothing left to do.
    void finish();

    /// Runs until `finish` was called and everything has ended.
    void run();

    /// The status for a command that ended with `own`: the signal's when one came.
    exit_status status(exit_status own) const;

private:
    void wait_for_signal();

    boost::asio::io_context context_;
    boost::asio::signal_set signals_;
    client client_;
    int signal_ = 0;
};

} // namespace roomport::cli
