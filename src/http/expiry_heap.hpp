#pragma once

#include <roomport/clock.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

namespace roomport::http::detail {

/// Something that ends at a point in time; stays where it is while it stands in a heap.
class expiring {
public:
    enum class kind : unsigned char { request, connection };

    explicit expiring(kind what) : what_(what) {}
    expiring(const expiring&) = delete;
    expiring& operator=(const expiring&) = delete;

    kind what() const noexcept { return what_; }
    time_point when() const noexcept { return when_; }

    /// The number of the request or connection.
    std::uint64_t id = 0;

protected:
    ~expiring() = default;

private:
    friend class expiry_heap;
    static constexpr auto nowhere = static_cast<std::size_t>(-1);

    kind what_;
    time_point when_ = time_point::max();
    std::size_t place_ = nowhere;
};

/// What ends when, the next first: a binary heap whose elements know their place. Allocates only to grow.
class expiry_heap {
public:
    expiry_heap() = default;

    bool empty() const noexcept { return elements_.empty(); }

    /// Makes room: with no more than `count` elements, `set` allocates nothing.
    void reserve(std::size_t count) {
        if (count > elements_.capacity()) {
            elements_.reserve(std::max(count, 2 * elements_.capacity()));
        }
    }

    /// What ends next. @pre there is something.
    const expiring& front() const noexcept { return *elements_.front(); }

    /// Sets when an element ends; `time_point::max()`: never.
    void set(expiring& element, time_point when) {
        if (when == time_point::max()) {
            erase(element);
        } else if (element.place_ == expiring::nowhere) {
            elements_.push_back(&element);
            element.when_ = when;
            rise(elements_.size() - 1, element);
        } else if (element.when_ != when) {
            element.when_ = when;
            restore(element.place_, element);
        }
    }

    /// Takes an element out, if it is there.
    void erase(expiring& element) noexcept {
        const auto place = std::exchange(element.place_, expiring::nowhere);
        element.when_ = time_point::max();
        if (place == expiring::nowhere) {
            return;
        }
        expiring* const last = elements_.back();
        elements_.pop_back();
        if (last != &element) {
            restore(place, *last);
        }
    }

private:
    static bool before(const expiring& left, const expiring& right) noexcept {
        return std::tie(left.when_, left.what_, left.id) <
               std::tie(right.when_, right.what_, right.id);
    }

    void put(std::size_t place, expiring& element) noexcept {
        elements_[place] = &element;
        element.place_ = place;
    }

    void restore(std::size_t place, expiring& element) noexcept {
        if (place > 0 && before(element, *elements_[(place - 1) / 2])) {
            rise(place, element);
        } else {
            sink(place, element);
        }
    }

    void rise(std::size_t place, expiring& element) noexcept {
        while (place > 0) {
            const auto parent = (place - 1) / 2;
            if (!before(element, *elements_[parent])) {
                break;
            }
            put(place, *elements_[parent]);
            place = parent;
        }
        put(place, element);
    }

    void sink(std::size_t place, expiring& element) noexcept {
        while (true) {
            auto child = 2 * place + 1;
            if (child >= elements_.size()) {
                break;
            }
            if (child + 1 < elements_.size() && before(*elements_[child + 1], *elements_[child])) {
                ++child;
            }
            if (!before(*elements_[child], element)) {
                break;
            }
            put(place, *elements_[child]);
            place = child;
        }
        put(place, element);
    }

    std::vector<expiring*> elements_;
};

} // namespace roomport::http::detail
