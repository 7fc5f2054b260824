#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

namespace roomport::wait_detail {

/// Memory for the handlers of looks, used again for the next one: a look that finds a key still starting takes none
/// from the system. Thread-safe, for an observer may let go of a handler anywhere.
class look_memory {
public:
    look_memory() { free_.reserve(most_free); }
    look_memory(const look_memory&) = delete;
    look_memory& operator=(const look_memory&) = delete;
    ~look_memory() {
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

/// An allocator that takes from a @ref look_memory.
template <class T>
class look_allocator {
public:
    using value_type = T;

    explicit look_allocator(std::shared_ptr<look_memory> memory) noexcept
        : memory_(std::move(memory)) {}

    template <class U>
    look_allocator(const look_allocator<U>& other) noexcept : memory_(other.memory()) {}

    T* allocate(std::size_t count) { return static_cast<T*>(memory_->take(count * sizeof(T))); }
    void deallocate(T* block, std::size_t count) noexcept {
        memory_->give_back(block, count * sizeof(T));
    }

    const std::shared_ptr<look_memory>& memory() const noexcept { return memory_; }

    friend bool operator==(const look_allocator& left, const look_allocator& right) noexcept {
        return left.memory_ == right.memory_;
    }

private:
    std::shared_ptr<look_memory> memory_;
};

} // namespace roomport::wait_detail
