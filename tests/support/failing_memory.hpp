#pragma once

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
