#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <utility>

namespace roomport::test {

/// @file
/// For test programs with failing_memory.cpp among their sources: `operator new` can fail in them, on the thread that asks
/// for it.

/// How many allocations still succeed before some fail; nothing: all succeed, and so it is again after the failures.
extern thread_local std::optional<std::size_t> allocations_left;

/// How many fail then.
extern thread_local std::size_t failures_left;

/// Whether those that Asio makes for its operations count and fail too.
extern thread_local bool asio_allocations_fail;

/// Lets `count` allocations fail after `nth` more that succeed.
void fail_allocations(std::size_t nth, std::size_t count = 1);

/// Lets all succeed again.
/// @return whether one has failed since @ref fail_allocations.
bool stop_failing_allocations();

/// Runs a round for each allocation that can fail in it, until it has none left.
/// @param round  takes which one is to fail, counted from 0; says whether it did.
/// @param fewest rounds, or the test tests nothing.
template <class Round>
void for_each_allocation(Round round, std::size_t fewest = 2) {
    constexpr std::size_t most = 300;
    std::size_t nth = 0;
    for (bool has_failed = true; has_failed && nth < most; ++nth) {
        SCOPED_TRACE(nth);
        has_failed = round(nth);
        if (testing::Test::HasFatalFailure()) {
            return;
        }
    }
    EXPECT_GE(nth, fewest) << "nothing was tested";
    EXPECT_LT(nth, most);
}

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

} // namespace roomport::test
