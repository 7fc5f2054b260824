#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <new>

namespace roomport::detail {

/// Memory for the asynchronous operations of one object, of which at most two exist at a time (an old one may still wait
/// for its end when the next begins), so that starting one allocates nothing.
///
/// The handlers keep it alive. An operation that is too large, or a third one, gets memory from the heap. Thread-safe: an
/// operation gives its memory back on whatever thread ends it.
class handler_memory {
public:
    handler_memory() = default;
    handler_memory(const handler_memory&) = delete;
    handler_memory& operator=(const handler_memory&) = delete;

    void* allocate(std::size_t size) {
        for (auto& one : blocks_) {
            if (size <= sizeof(one.bytes) && !one.is_used.test_and_set(std::memory_order_acquire)) {
                return one.bytes;
            }
        }
        return ::operator new(size);
    }

    void deallocate(void* memory) noexcept {
        for (auto& one : blocks_) {
            if (memory == one.bytes) {
                one.is_used.clear(std::memory_order_release);
                return;
            }
        }
        ::operator delete(memory);
    }

private:
    struct block {
        alignas(std::max_align_t) std::byte bytes[320];
        std::atomic_flag is_used;
    };

    std::array<block, 2> blocks_;
};

/// An allocator over a @ref handler_memory, to be bound to a handler.
template <class T = void>
class handler_allocator {
public:
    using value_type = T;

    explicit handler_allocator(handler_memory& memory) noexcept : memory_(&memory) {}
    template <class U>
    handler_allocator(const handler_allocator<U>& other) noexcept : memory_(other.memory_) {}

    T* allocate(std::size_t count) const {
        static_assert(alignof(T) <= alignof(std::max_align_t));
        return static_cast<T*>(memory_->allocate(count * sizeof(T)));
    }
    void deallocate(T* memory, std::size_t) const noexcept { memory_->deallocate(memory); }

    template <class U>
    bool operator==(const handler_allocator<U>& other) const noexcept {
        return memory_ == other.memory_;
    }

private:
    template <class>
    friend class handler_allocator;

    handler_memory* memory_;
};

} // namespace roomport::detail
