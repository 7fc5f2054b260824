#include "cli/progress.hpp"

#include "program/report.hpp"

#include <roomport/error.hpp>

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <utility>

namespace roomport::cli {
namespace {

constexpr std::chrono::milliseconds redraw_interval{200};

} // namespace

progress::progress(boost::asio::io_context& context, std::size_t rooms, std::string room,
                   bool verbose)
    : timer_(context), rooms_(rooms), verbose_(verbose), on_terminal_(::isatty(STDERR_FILENO) == 1),
      began_(clock::now()), room_(std::move(room)) {
    if (on_terminal_) {
        tick();
    }
}

void progress::take(const wait_event& event) {
    ++polls_;
    room_ = event.key;
    if (!event.status.empty()) {
        status_ = event.status;
    }
    tell_event(event);
}

void progress::room_ended(bool ready) {
    (ready ? ready_ : failed_) += 1;
    if (ready) {
        status_ = "active";
    }
}

void progress::clear() {
    if (drawn_) {
        static_cast<void>(std::fputs("\r\x1b[K", stderr));
        drawn_ = false;
    }
}

void progress::stop() {
    clear();
    on_terminal_ = false;
    timer_.cancel();
}

void progress::tick() {
    draw();
    timer_.expires_after(redraw_interval);
    timer_.async_wait([this](error_code ec) {
        if (!ec && on_terminal_) {
            tick();
        }
    });
}

void progress::draw() {
    const std::string tail = "  " + std::to_string(polls_) +
                             (polls_ == 1 ? " poll  " : " polls  ") +
                             program::seconds_text(clock::now() - began_);
    std::string line;
    if (rooms_ == 1) {
        line = room_ + "  " + (status_.empty() ? "connecting" : status_) + tail;
    } else {
        line = std::to_string(ready_) + " of " + std::to_string(rooms_) + " rooms ready";
        if (failed_ != 0) {
            line += ", " + std::to_string(failed_) + " failed";
        }
        line += tail;
    }
    static_cast<void>(std::fprintf(stderr, "\r%s\x1b[K", line.c_str()));
    drawn_ = true;
}

void progress::tell_event(const wait_event& event) {
    std::string line = "room " + std::string(event.key) + ": ";
    if (event.what == wait_event::kind::retrying) {
        const std::string kind(word(classify(event.error)));
        if (!told_.insert(kind).second && !verbose_) {
            return;
        }
        line += kind + ": " + event.error.message();
        if (!event.message.empty()) {
            line += " (" + std::string(event.message) + ")";
        }
        const auto retry_in = program::seconds_text(event.retry_in);
        line += "; trying again " + (retry_in == "0.0s" ? "at once" : "in " + retry_in);
    } else if (verbose_) {
        line += std::string(event.status) + " after " + std::to_string(event.polls) +
                (event.polls == 1 ? " poll, " : " polls, ") + program::seconds_text(event.elapsed);
    } else {
        return;
    }
    clear();
    program::tell(line);
}

} // namespace roomport::cli
