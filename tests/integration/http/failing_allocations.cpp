#include "failing_allocations.hpp"

#include <cstdlib>
#include <new>
#include <utility>

namespace {

thread_local std::size_t allocations_left = 0;
thread_local std::size_t failures_left = 0;
thread_local bool has_failed = false;

bool is_to_fail() {
    if (failures_left == 0) {
        return false;
    }
    if (allocations_left > 0) {
        --allocations_left;
        return false;
    }
    --failures_left;
    has_failed = true;
    return true;
}

} // namespace

void* operator new(std::size_t size) {
    if (is_to_fail()) {
        throw std::bad_alloc();
    }
    if (void* const memory = std::malloc(size == 0 ? 1 : size)) {
        return memory;
    }
    throw std::bad_alloc();
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

namespace roomport::test {

void fail_allocations(std::size_t nth, std::size_t count) {
    allocations_left = nth;
    failures_left = count;
    has_failed = false;
}

bool stop_failing_allocations() {
    failures_left = 0;
    return std::exchange(has_failed, false);
}

} // namespace roomport::test
