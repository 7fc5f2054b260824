#pragma once

#include <stdexcept>

namespace roomport::program {

/// Something the user has to change before a program can do its work.
class usage_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

} // namespace roomport::program
