#pragma once

#include <cstddef>

namespace roomport::program {

/// Raises the soft limit of open descriptors to the hard one. @return how many there may be.
std::size_t raise_descriptor_limit();

} // namespace roomport::program
