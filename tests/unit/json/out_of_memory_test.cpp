#include "unit/json/sample_documents.hpp"

#include <roomport/json/reader.hpp>
#include <roomport/model.hpp>

#include <boost/system/errc.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <optional>
#include <stdexcept>

namespace {

/// How many allocations still succeed; nothing means all.
thread_local std::optional<std::size_t> allocations_left;

void* allocate(std::size_t size) {
    if (allocations_left) {
        if (*allocations_left == 0) {
            throw std::bad_alloc();
        }
        --*allocations_left;
    }
    if (void* const memory = std::malloc(size == 0 ? 1 : size)) {
        return memory;
    }
    throw std::bad_alloc();
}

} // namespace

void* operator new(std::size_t size) {
    return allocate(size);
}
void* operator new[](std::size_t size) {
    return allocate(size);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete[](void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace roomport::json {
namespace {

std::string_view process_with_rooms_text() {
    for (const auto& sample : sample_documents) {
        if (sample.model == "ProcessWithRooms") {
            return sample.text;
        }
    }
    return {};
}

TEST(OutOfMemory, AReaderWorksAgainAfterEachOfItsAllocationsFailedOnce) {
    const std::string_view text = process_with_rooms_text();
    ASSERT_FALSE(text.empty());
    const auto expected = read<process_with_rooms>(text);
    ASSERT_TRUE(expected);
    bool failed = true;
    std::size_t allocations = 0;
    for (; failed && allocations < 10'000; ++allocations) {
        reader<process_with_rooms> source;
        failed = false;
        allocations_left = allocations;
        try {
            source.write(text);
            source.finish();
        } catch (const std::bad_alloc&) {
            failed = true;
        }
        allocations_left.reset();
        if (failed) {
            ASSERT_EQ(source.write(text), boost::system::errc::not_enough_memory);
            ASSERT_EQ(source.finish(), boost::system::errc::not_enough_memory);
            ASSERT_THROW(source.take(), std::logic_error);
        }
        source.reset();
        ASSERT_FALSE(source.write(text));
        ASSERT_FALSE(source.finish());
        ASSERT_EQ(source.take(), *expected);
    }
    EXPECT_FALSE(failed);
    EXPECT_GT(allocations, 10U);
}

} // namespace
} // namespace roomport::json
