#pragma once

#include <cstddef>

/// What the program has taken from the system.
struct counted_memory {
    /// Bytes asked for by `operator new` and not given back.
    std::size_t live_bytes = 0;
    /// Bytes in use in the heap, with all that the heap itself needs.
    std::size_t heap_bytes = 0;
    /// Calls of `operator new` and `aligned_alloc`.
    std::size_t allocations = 0;
};

counted_memory count_memory() noexcept;
