#pragma once

#include "program/descriptor.hpp"

#include <cstddef>

namespace roomport::cli {

/// Standard input for a command that reads it to its end; SIGINT, SIGTERM and SIGHUP end the reading.
///
/// To be made once, by a program with one thread: it blocks these signals.
class standard_input {
public:
    /// @throws boost::system::system_error
    standard_input();

    /// As many bytes as are asked for; fewer only at the end of the input or after a signal.
    /// @throws boost::system::system_error `error::invalid_argument` when it can't be read.
    std::size_t read(char* to, std::size_t size);

    /// The signal that came; 0: none.
    int signal() const noexcept { return signal_; }

private:
    bool wait();

    program::descriptor signals_;
    int signal_ = 0;
};

} // namespace roomport::cli
