#include "cli/session.hpp"

#include "program/report.hpp"

#include <csignal>
#include <cstdlib>
#include <string>

namespace roomport::cli {
namespace {

client_options with_reports(client_options options) {
    options.on_orphan = [](const orphan& left) {
        program::failure what;
        what.error = left.error;
        what.message = left.message;
        program::tell("room " + left.room_id +
                      " could not be destroyed and may live on: " + program::to_sentence(what));
    };
    return options;
}

} // namespace

session::session(const program::settings& given)
    : context_(1), signals_(context_, SIGINT, SIGTERM),
      client_(context_.get_executor(), with_reports(program::to_client_options(given))) {
    // A terminal that is closed must not leave a room behind, unless nohup says otherwise.
    struct sigaction hang_up {};
    if (::sigaction(SIGHUP, nullptr, &hang_up) == 0 && hang_up.sa_handler == SIG_DFL) {
        signals_.add(SIGHUP);
    }
    wait_for_signal();
}

void session::finish() {
    client_.async_close([this](error_code) { signals_.cancel(); });
}

void session::run() {
    context_.run();
    if (failure_) {
        std::rethrow_exception(failure_);
    }
}

program::exit_status session::status(program::exit_status own) const {
    return signal_ == 0 ? own : static_cast<program::exit_status>(128 + signal_);
}

void session::wait_for_signal() {
    signals_.async_wait([this](error_code ec, int number) {
        if (ec) {
            return;
        }
        if (signal_ != 0) {
            // Asked twice: leave without cleaning up.
            if (!last_words_.empty()) {
                program::tell(last_words_);
            }
            std::_Exit(128 + number);
        }
        signal_ = number;
        client_.cancel();
        wait_for_signal();
    });
}

} // namespace roomport::cli
