#include "counted_memory.hpp"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> live_bytes = 0;
std::atomic<std::size_t> allocations = 0;

// Before each block stands its size.
constexpr std::size_t prefix = alignof(std::max_align_t);

} // namespace

counted_memory count_memory() noexcept {
    const auto heap = mallinfo2();
    return {live_bytes.load(), heap.uordblks + heap.hblkhd, allocations.load()};
}

void* operator new(std::size_t size) {
    auto* block = static_cast<std::byte*>(std::malloc(size + prefix));
    if (block == nullptr) {
        throw std::bad_alloc();
    }
    ::new (block) std::size_t(size);
    live_bytes.fetch_add(size, std::memory_order_relaxed);
    allocations.fetch_add(1, std::memory_order_relaxed);
    return block + prefix;
}

void operator delete(void* given) noexcept {
    if (given != nullptr) {
        std::byte* block = static_cast<std::byte*>(given) - prefix;
        live_bytes.fetch_sub(*std::launder(reinterpret_cast<std::size_t*>(block)),
                             std::memory_order_relaxed);
        std::free(block);
    }
}

void operator delete(void* given, std::size_t) noexcept {
    ::operator delete(given);
}

/// Where Asio takes the memory of its operations from.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    allocations.fetch_add(1, std::memory_order_relaxed);
    return memalign(alignment, size);
}
