#pragma once

#include <stdexcept>

namespace roomport::store {

/// The store can't be used: a sentence that names the file, the reason, and what to do.
class store_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

} // namespace roomport::store
