#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <vector>

namespace roomport::wait_detail {

/// Where an element stands in an @ref indexed_heap.
using heap_position = std::uint32_t;

inline constexpr heap_position not_in_heap = std::numeric_limits<heap_position>::max();

/// A heap of pointers, least key on top, in which an element knows its place and can be moved or removed.
///
/// Four children a node and the keys beside the pointers, so that most comparisons touch no element. Elements with
/// equal keys come in the order of their `serial`.
/// @tparam T        has a member `serial`; the heap does not own its elements.
/// @tparam Key      ordered by `<`.
/// @tparam Position the member of T that keeps the place; @ref not_in_heap outside.
template <class T, class Key, heap_position T::*Position>
class indexed_heap {
public:
    indexed_heap() = default;

    bool empty() const noexcept { return slots_.empty(); }
    std::size_t size() const noexcept { return slots_.size(); }

    /// The element with the least key. @pre not empty.
    T& top() const noexcept { return *slots_.front().element; }

    /// The least key. @pre not empty.
    const Key& top_key() const noexcept { return slots_.front().key; }

    const Key& key_of(const T& element) const noexcept { return slots_[element.*Position].key; }

    /// Adds an element. Strong guarantee when there is no memory.
    void insert(T& element, const Key& key) {
        if (slots_.size() == slots_.capacity()) {
            slots_.reserve(std::max(least_reserved, 2 * slots_.size()));
        }
        slots_.push_back({key, &element});
        rise(slots_.size() - 1, slots_.back());
    }

    /// Gives an element of the heap another key.
    void move(T& element, const Key& key) noexcept { settle(element.*Position, {key, &element}); }

    void erase(T& element) noexcept {
        const std::size_t hole = element.*Position;
        element.*Position = not_in_heap;
        const slot last = slots_.back();
        slots_.pop_back();
        give_back_memory();
        if (last.element != &element) {
            settle(hole, last);
        }
    }

    T& pop() noexcept {
        T& element = top();
        erase(element);
        return element;
    }

    /// Gives every element a new key.
    template <class KeyOf>
    void rekey(KeyOf key_of_element) {
        for (slot& one : slots_) {
            one.key = key_of_element(*one.element, one.key);
        }
        for (std::size_t index = slots_.size() / children + 1; index-- > 0;) {
            if (index < slots_.size()) {
                sink(index, slots_[index]);
            }
        }
        for (std::size_t index = 0; index < slots_.size(); ++index) {
            slots_[index].element->*Position = static_cast<heap_position>(index);
        }
    }

    /// Forgets all elements, whose positions are left as they are.
    void clear() noexcept { slots_.clear(); }

    /// Forgets all elements, and visits each: least of `key_of_element` first.
    template <class KeyOf, class Visit>
    void drain(KeyOf key_of_element, Visit visit) noexcept {
        for (slot& one : slots_) {
            one.key = key_of_element(*one.element);
        }
        std::sort(slots_.begin(), slots_.end(),
                  [](const slot& left, const slot& right) { return left.key < right.key; });
        for (const slot& one : slots_) {
            visit(*one.element);
        }
        slots_.clear();
    }

private:
    static constexpr std::size_t children = 4;
    /// So that a few elements take memory once, however many of them come together at times.
    static constexpr std::size_t least_reserved = 64;
    static constexpr std::size_t least_given_back = 4096;

    struct slot {
        Key key;
        T* element;
    };

    static bool before(const slot& left, const slot& right) noexcept {
        if (left.key < right.key) {
            return true;
        }
        return !(right.key < left.key) && left.element->serial < right.element->serial;
    }

    void place(std::size_t index, const slot& one) noexcept {
        slots_[index] = one;
        one.element->*Position = static_cast<heap_position>(index);
    }

    void settle(std::size_t index, const slot one) noexcept {
        if (index > 0 && before(one, slots_[(index - 1) / children])) {
            rise(index, one);
        } else {
            sink(index, one);
        }
    }

    void rise(std::size_t index, const slot one) noexcept {
        while (index > 0 && before(one, slots_[(index - 1) / children])) {
            place(index, slots_[(index - 1) / children]);
            index = (index - 1) / children;
        }
        place(index, one);
    }

    void sink(std::size_t index, const slot one) noexcept {
        for (;;) {
            const std::size_t first = children * index + 1;
            if (first >= slots_.size()) {
                break;
            }
            std::size_t least = first;
            const std::size_t end = std::min(first + children, slots_.size());
            for (std::size_t child = first + 1; child < end; ++child) {
                least = before(slots_[child], slots_[least]) ? child : least;
            }
            if (!before(slots_[least], one)) {
                break;
            }
            place(index, slots_[least]);
            index = least;
        }
        place(index, one);
    }

    /// A crowd that was here once need not be paid for for ever.
    void give_back_memory() noexcept {
        if (slots_.capacity() > least_given_back && slots_.size() < slots_.capacity() / 8) {
            try {
                std::vector<slot> smaller;
                smaller.reserve(slots_.capacity() / 4);
                smaller.assign(slots_.begin(), slots_.end());
                slots_.swap(smaller);
            } catch (const std::bad_alloc&) {
                return;
            }
        }
    }

    std::vector<slot> slots_;
};

} // namespace roomport::wait_detail
