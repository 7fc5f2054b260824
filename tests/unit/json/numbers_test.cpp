#include "unit/json/pieces.hpp"

#include <roomport/json/reader.hpp>
#include <roomport/model/exposed_port.hpp>
#include <roomport/model/process.hpp>
#include <roomport/model/processes_count.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace roomport::json {
namespace {

std::string port_document(const std::string& port) {
    return R"({"name":"a","host":"h","transportType":"udp","port":)" + port + "}";
}

void expect_refused(const std::string& model, const std::string& text, std::uint64_t offset,
                    const char* path) {
    const reading result = read_whole(model, text);
    EXPECT_EQ(result.error.code, roomport::error::wrong_shape) << text.substr(0, 200);
    EXPECT_EQ(result.error.offset, offset);
    EXPECT_EQ(result.error.path, path);
    EXPECT_EQ(read_bytewise(model, text), result);
}

TEST(Numbers, PortsAreReadWithoutLossAndNeverWrapped) {
    for (const auto& [text, value] : {std::pair{"34567", 34567},
                                      {"72941", 72941},
                                      {"0", 0},
                                      {"-1", -1},
                                      {"65536", 65536},
                                      {"34567.0", 34567},
                                      {"1e3", 1000},
                                      {"2147483647", 2147483647}}) {
        const auto port = read<exposed_port>(port_document(text));
        ASSERT_TRUE(port) << text;
        EXPECT_EQ(port->port, value);
    }
}

TEST(Numbers, PortsThatDoNotFitAreRefused) {
    for (const char* text : {"1.5", "2147483648", "-2147483649", "4295032833", "1e400", "1e10",
                             "1e-1", "18446744073709586183"}) {
        expect_refused("ExposedPort", port_document(text), 52, "/port");
    }
}

TEST(Numbers, DoublesBeyondTheirRangeAreRefused) {
    expect_refused("GetProcessesCountExperimentalResponseBody", R"({"count":1e400})", 9, "/count");
    expect_refused("GetProcessesCountExperimentalResponseBody", R"({"count":-1e400 })", 9,
                   "/count");
    EXPECT_EQ(read<processes_count>(R"({"count":1.25e2})")->count, 125.0);
}

TEST(Numbers, SkippedOnesMayBeBeyondEveryRange) {
    EXPECT_FALSE(
        read_whole("ApiError", R"({"a":1e400,"b":[-1E+99999999999999999999],"message":"x"})")
            .error.code);
}

TEST(Numbers, AMegabyteOfDigitsCostsNoMemoryAndLittleTime) {
    const std::string digits(1'000'000, '7');
    const auto begin = std::chrono::steady_clock::now();
    expect_refused("ExposedPort", port_document(digits), 52, "/port");
    expect_refused("ExposedPort", port_document("1." + digits), 52, "/port");
    expect_refused("ExposedPort", port_document("1e" + digits), 52, "/port");
    EXPECT_FALSE(read_whole("ApiError", R"({"message":"x","a":)" + digits + "}").error.code);
    // Time that grows with the square of the length would take hours.
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::minutes(1));
}

TEST(Numbers, EgressedBytesHave64Bits) {
    const auto document = [](const std::string& bytes) {
        return R"({"egressedBytes":)" + bytes +
               R"(,"roomsAllocatedUpdatedAt":"2019-08-24T14:15:22Z","roomsAllocated":0,)"
               R"("draining":false,"startingAt":"2019-08-24T14:15:22Z","roomsPerProcess":1,)"
               R"("additionalExposedPorts":[],"region":"Tokyo","processId":"p",)"
               R"("deploymentId":1,"appId":"a"})";
    };
    EXPECT_EQ(read<process>(document("9223372036854775807"))->egressed_bytes,
              9223372036854775807LL);
    EXPECT_EQ(read<process>(document("5000000000.0"))->egressed_bytes, 5000000000LL);
    expect_refused("Process", document("9223372036854775808"), 17, "/egressedBytes");
}

} // namespace
} // namespace roomport::json
