#pragma once

// Replaces the program's memory by one that can fail. For the one source of a test program.

#include <cstddef>
#include <cstdlib>
#include <new>
#include <optional>
#include <utility>

namespace {

/// How many allocations still succeed before some fail; nothing means all.
thread_local std::optional<std::size_t> allocations_left;
/// How many fail then.
thread_local std::size_t failures_left = 1;
/// Whether those that the executors make fail too. A strand without memory never runs again, so not always.
thread_local bool executors_fail = false;

bool must_fail() noexcept {
    if (!allocations_left) {
        return false;
    }
    if (*allocations_left > 0) {
        --*allocations_left;
        return false;
    }
    if (--failures_left == 0) {
        allocations_left.reset();
    }
    return true;
}

} // namespace

void* operator new(std::size_t size) {
    if (must_fail()) {
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

// Where the executors take theirs from.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    void* memory = nullptr;
    const bool is_there =
        !(executors_fail && must_fail()) && posix_memalign(&memory, alignment, size) == 0;
    return is_there ? memory : nullptr;
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace roomport::wait_detail {
namespace {

/// Gives the test itself all the memory that it wants, for as long as it exists.
class enough_memory {
public:
    enough_memory() : before_(std::exchange(allocations_left, std::nullopt)) {}
    enough_memory(const enough_memory&) = delete;
    enough_memory& operator=(const enough_memory&) = delete;
    ~enough_memory() { allocations_left = before_; }

private:
    std::optional<std::size_t> before_;
};

/// Runs the engine with what allocations are left, those of the executors included.
class scarce_memory {
public:
    explicit scarce_memory(std::optional<std::size_t>& left) : left_(left) {
        allocations_left = left_;
        executors_fail = true;
    }
    scarce_memory(const scarce_memory&) = delete;
    scarce_memory& operator=(const scarce_memory&) = delete;
    ~scarce_memory() {
        executors_fail = false;
        left_ = std::exchange(allocations_left, std::nullopt);
    }

private:
    std::optional<std::size_t>& left_;
};

} // namespace
} // namespace roomport::wait_detail
