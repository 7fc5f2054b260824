#include "http/expiry_heap.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <random>
#include <vector>

namespace roomport::http::detail {
namespace {

class thing : public expiring {
public:
    thing() : expiring(kind::request) {}
};

TEST(ExpiryHeap, TheNextIsAlwaysInFrontWhateverIsSetAndErased) {
    std::mt19937 random(1);
    std::deque<thing> things(60);
    expiry_heap heap;
    for (std::size_t i = 0; i < things.size(); ++i) {
        things[i].id = i;
    }
    for (int step = 0; step < 20'000; ++step) {
        auto& one = things[random() % things.size()];
        if (random() % 3 == 0) {
            heap.erase(one);
        } else {
            const bool never = random() % 10 == 0;
            heap.set(one, never ? time_point::max()
                                : time_point(std::chrono::milliseconds(random() % 50)));
        }
        const auto first = std::min_element(
            things.begin(), things.end(), [](const thing& left, const thing& right) {
                return std::pair(left.when(), left.id) < std::pair(right.when(), right.id);
            });
        ASSERT_EQ(heap.empty(), first->when() == time_point::max());
        if (!heap.empty()) {
            ASSERT_EQ(heap.front().id, first->id);
        }
    }
}

} // namespace
} // namespace roomport::http::detail
