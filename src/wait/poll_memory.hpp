#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

namespace roomport::wait_detail {

/// Memory for the handlers of polls, used again for the next one: a poll that finds a key still starting takes none
/// from the system. Thread-safe, for an observer may let go of a handler anywhere.
class poll_memory {
public:
    poll_memory() { free_.reserve(most_free); }
    poll_memory(const poll_memory&) = delete;
    poll_memory& operator=(const poll_memory&) = delete;
    ~poll_memory() {
        for (void* block : free_) {
            ::operator delete(block);
        }
    }

    void* take(std::size_t size) {
        if (size <= block_size) {
            const std::lock_guard lock(mutex_);
            if (!free_.empty()) {
                void* block = free_.back();
                free_.pop_back();
                return block;
            }
        }
        return ::operator new(size <= block_size ? block_size : size);
    }

    void give_back(void* block, std::size_t size) noexcept {
        if (size <= block_size) {
            const std::lock_guard lock(mutex_);
            if (free_.size() < most_free) {
                free_.push_back(block);
                return;
            }
        }
        ::operator delete(block);
    }

private:
    static constexpr std::size_t block_size = 256;
    static constexpr std::size_t most_free = 64;

    std::mutex mutex_;
    std::vector<void*> free_;
};

/// An allocator that takes from a @ref poll_memory.
template <class T>
class poll_allocator {
public:
    using value_type = T;

    explicit poll_allocator(std::shared_ptr<poll_memory> memory) noexcept
        : memory_(std::move(memory)) {}

    template <class U>
    poll_allocator(const poll_allocator<U>& other) noexcept : memory_(other.memory()) {}

    T* allocate(std::size_t count) { return static_cast<T*>(memory_->take(count * sizeof(T))); }
    void deallocate(T* block, std::size_t count) noexcept {
        memory_->give_back(block, count * sizeof(T));
    }

    const std::shared_ptr<poll_memory>& memory() const noexcept { return memory_; }

    friend bool operator==(const poll_allocator& left, const poll_allocator& right) noexcept {
        return left.memory_ == right.memory_;
    }

private:
    std::shared_ptr<poll_memory> memory_;
};

} // namespace roomport::wait_detail
