#pragma once

#include <roomport/clock.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace roomport::wait_detail {

/// What an element of a @ref schedule_heap carries. Elements with the same time come in the order of `serial`.
class schedule_hook {
public:
    schedule_hook() = default;

    time_point wake = time_point::max();
    std::uint64_t serial = 0;

private:
    template <class>
    friend class schedule_heap;
    static constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();
    std::size_t position_ = nowhere;
};

/// A binary heap of pointers by time, in which an element knows its place and can be moved or removed.
/// @tparam T a class derived from @ref schedule_hook; the heap does not own its elements.
template <class T>
class schedule_heap {
public:
    schedule_heap() = default;

    bool empty() const noexcept { return heap_.empty(); }

    /// The element with the nearest time. @pre not empty.
    T& top() const noexcept { return *heap_.front(); }

    /// Adds an element. Strong guarantee when there is no memory.
    void insert(T& element) {
        heap_.push_back(&element);
        element.position_ = heap_.size() - 1;
        rise(element.position_);
    }

    /// Gives an element of the heap another time.
    void move(T& element, time_point wake) noexcept {
        const bool nearer = wake < element.wake;
        element.wake = wake;
        if (nearer) {
            rise(element.position_);
        } else {
            sink(element.position_);
        }
    }

    void erase(T& element) noexcept {
        const std::size_t hole = element.position_;
        element.position_ = schedule_hook::nowhere;
        T* last = heap_.back();
        heap_.pop_back();
        if (last != &element) {
            place(hole, last);
            rise(hole);
            sink(last->position_);
        }
    }

    /// Forgets all elements.
    void clear() noexcept { heap_.clear(); }

private:
    static bool before(const T* left, const T* right) noexcept {
        return left->wake != right->wake ? left->wake < right->wake : left->serial < right->serial;
    }

    void place(std::size_t position, T* element) noexcept {
        heap_[position] = element;
        element->position_ = position;
    }

    void rise(std::size_t position) noexcept {
        T* element = heap_[position];
        while (position > 0 && before(element, heap_[(position - 1) / 2])) {
            place(position, heap_[(position - 1) / 2]);
            position = (position - 1) / 2;
        }
        place(position, element);
    }

    void sink(std::size_t position) noexcept {
        T* element = heap_[position];
        for (;;) {
            std::size_t child = 2 * position + 1;
            if (child >= heap_.size()) {
                break;
            }
            if (child + 1 < heap_.size() && before(heap_[child + 1], heap_[child])) {
                ++child;
            }
            if (!before(heap_[child], element)) {
                break;
            }
            place(position, heap_[child]);
            position = child;
        }
        place(position, element);
    }

    std::vector<T*> heap_;
};

} // namespace roomport::wait_detail
