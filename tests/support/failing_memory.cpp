#include "support/failing_memory.hpp"

#include <cstdlib>
#include <new>
#include <utility>

namespace roomport::test {

constinit thread_local std::optional<std::size_t> allocations_left;
constinit thread_local std::size_t failures_left = 1;
constinit thread_local bool asio_allocations_fail = false;

namespace {

constinit thread_local bool has_failed = false;

bool must_fail() noexcept {
    if (!allocations_left) {
        return false;
    }
    if (*allocations_left > 0) {
        --*allocations_left;
        return false;
    }
    has_failed = true;
    if (--failures_left == 0) {
        allocations_left.reset();
    }
    return true;
}

} // namespace

void fail_allocations(std::size_t nth, std::size_t count) {
    failures_left = count;
    allocations_left = nth;
    has_failed = false;
}

bool stop_failing_allocations() {
    allocations_left.reset();
    return std::exchange(has_failed, false);
}

} // namespace roomport::test

void* operator new(std::size_t size) {
    void* const memory = roomport::test::must_fail() ? nullptr : std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}

// What the standard library would do by itself, and a sanitizer would not.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    try {
        return operator new(size);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

void* operator new[](std::size_t size) {
    return operator new(size);
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

void operator delete[](void* memory) noexcept {
    std::free(memory);
}

void operator delete[](void* memory, std::size_t) noexcept {
    std::free(memory);
}

// Where Asio takes the memory for its operations from.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    using namespace roomport::test;
    void* memory = nullptr;
    const bool fails = asio_allocations_fail && must_fail();
    return fails || ::posix_memalign(&memory, alignment, size) != 0 ? nullptr : memory;
}
