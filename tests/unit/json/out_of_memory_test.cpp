#include "support/failing_memory.hpp"
#include "unit/json/sample_documents.hpp"

#include <roomport/json/reader.hpp>
#include <roomport/model.hpp>

#include <boost/system/errc.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <limits>
#include <new>
#include <stdexcept>

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
        test::fail_allocations(allocations, std::numeric_limits<std::size_t>::max());
        try {
            source.write(text);
            source.finish();
        } catch (const std::bad_alloc&) {
            failed = true;
        }
        test::stop_failing_allocations();
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
