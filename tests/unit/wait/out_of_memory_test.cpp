// An engine each of whose allocations until its last look fails once: what it could not do then it does a little later.

#include "engine_fixture.hpp"

#include <cstdlib>
#include <new>

namespace {

/// How many allocations still succeed before one fails; nothing means all.
thread_local std::optional<std::size_t> allocations_left;

} // namespace

void* operator new(std::size_t size) {
    if (allocations_left && (*allocations_left)-- == 0) {
        allocations_left.reset();
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

void operator delete(void* memory) noexcept {
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

class OutOfMemory : public engine_fixture {
protected:
    /// Runs until the wait is over, whatever leaves through `run`.
    void run_until_done(const std::optional<outcome>& done) {
        context.restart();
        const auto give_up = clock::now() + 60s;
        while (!done && clock::now() < give_up) {
            try {
                context.run_one_for(1s);
            } catch (const std::bad_alloc&) {
            }
        }
    }
};

TEST_F(OutOfMemory, KeepsNoWaitBackThatCouldGoOn) {
    constexpr std::size_t most_allocations = 200;
    std::size_t nth = 0;
    for (bool has_failed = true; has_failed && nth < most_allocations; ++nth) {
        SCOPED_TRACE(nth);
        std::optional<outcome> done;
        std::optional<std::size_t> left;
        make_engine([&](const std::string&, unsigned look) {
            if (look < 4) {
                return starting();
            }
            left = std::exchange(allocations_left, std::nullopt);
            return ready();
        });
        wait_options options;
        options.timeout = 40s;
        engine->async_wait("a", options, store(done));
        allocations_left = nth;
        const auto began = clock::now();
        run_until_done(done);
        has_failed = !left;
        ASSERT_TRUE(done);
        EXPECT_LT(clock::now() - began, 30s) << "it waited for its deadline";
        if (done->ec) {
            EXPECT_EQ(done->ec, error_code(boost::asio::error::no_memory));
        }
        engine.reset();
        context.restart();
        context.run_for(10s);
    }
    EXPECT_GT(nth, 5U) << "nothing was tested";
    EXPECT_LT(nth, most_allocations);
}

} // namespace
} // namespace roomport::wait_detail
