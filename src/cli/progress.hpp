#pragma once

#include <roomport/clock.hpp>
#include <roomport/wait/wait_options.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <set>
#include <string>

namespace roomport::cli {

/// Tells how waiting goes, on standard error: a line that is redrawn on a terminal, each poll when asked to, and the first
/// failure of each kind at once.
class progress {
public:
    /// @param rooms   how many rooms are waited for.
    /// @param room    the one room's name, or what to say until it is known.
    /// @param verbose tell each poll.
    progress(boost::asio::io_context& context, std::size_t rooms, std::string room, bool verbose);

    /// Something happened in a wait.
    void take(const wait_event& event);

    /// A room has its result.
    void room_ended(bool ready);

    /// Removes the line, so that something else can be printed; it comes back with the next change.
    void clear();

    /// Ends the drawing.
    void stop();

private:
    void tick();
    void draw();
    void tell_event(const wait_event& event);

    boost::asio::steady_timer timer_;
    std::size_t rooms_;
    bool verbose_;
    bool on_terminal_;
    bool drawn_ = false;
    time_point began_;
    std::string room_;
    std::string status_;
    std::size_t polls_ = 0;
    std::size_t ready_ = 0;
    std::size_t failed_ = 0;
    std::set<std::string> told_;
};

} // namespace roomport::cli
