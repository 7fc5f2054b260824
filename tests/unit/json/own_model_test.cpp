// Models that are not of the API: described by a user, outside this library's namespace.
#include <roomport/json/object_writer.hpp>
#include <roomport/json/reader.hpp>
#include <roomport/json/writer.hpp>
#include <roomport/model/nullable.hpp>
#include <roomport/model/open_enum.hpp>
#include <roomport/model/timestamp.hpp>

#include <boost/describe/class.hpp>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace own_models {

enum class job_state { queued, done };

constexpr std::array<std::string_view, 2> wire_texts(job_state) {
    return {"queued", "done"};
}

struct job_step {
    std::string name;
    std::optional<double> seconds;
    friend bool operator==(const job_step&, const job_step&) = default;
};
BOOST_DESCRIBE_STRUCT(job_step, (), (name, seconds))

struct job_base {
    std::string job_id;
    friend bool operator==(const job_base&, const job_base&) = default;
};
BOOST_DESCRIBE_STRUCT(job_base, (), (job_id))

struct job : job_base {
    roomport::open_enum<job_state> state;
    std::int64_t size = 0;
    bool is_urgent = false;
    roomport::nullable<std::string> owner;
    std::vector<job_step> steps;
    friend bool operator==(const job&, const job&) = default;
};
BOOST_DESCRIBE_STRUCT(job, (job_base), (state, size, is_urgent, owner, steps))

} // namespace own_models

template <>
struct roomport::model_traits<own_models::job_step> : roomport::default_model_traits {
    static constexpr std::string_view name = "JobStep";
};

template <>
struct roomport::model_traits<own_models::job> : roomport::default_model_traits {
    static constexpr std::string_view name = "Job";
    static constexpr std::array<roomport::renamed_member, 1> renamed{{{"is_urgent", "URGENT"}}};
};

namespace roomport::json {
namespace {

constexpr std::string_view job_text =
    R"({"jobId":"7","state":"done","size":9007199254740993,"URGENT":true,"owner":null,)"
    R"("steps":[{"name":"load","seconds":1.5},{"name":"start"}]})";

TEST(OwnModel, IsReadAndWritten) {
    const auto read_job = read<own_models::job>(job_text);
    ASSERT_TRUE(read_job);
    EXPECT_EQ(read_job->job_id, "7");
    EXPECT_EQ(read_job->state, own_models::job_state::done);
    EXPECT_EQ(read_job->size, 9007199254740993);
    EXPECT_TRUE(read_job->is_urgent);
    EXPECT_FALSE(read_job->owner);
    ASSERT_EQ(read_job->steps.size(), 2U);
    EXPECT_EQ(read_job->steps[0].seconds, 1.5);
    EXPECT_FALSE(read_job->steps[1].seconds);
    EXPECT_EQ(to_string(*read_job), job_text);
}

TEST(OwnModel, IsReadAndWrittenInLists) {
    const std::string list = "[" + std::string(job_text) + "]";
    const auto jobs = read<std::vector<own_models::job>>(list);
    ASSERT_TRUE(jobs);
    EXPECT_EQ(to_string(*jobs), list);
    EXPECT_EQ(object_writer().member("jobs", *jobs).to_string(), "{\"jobs\":" + list + "}");
}

TEST(OwnModel, SaysWhereADocumentIsBroken) {
    read_error details;
    const auto broken =
        read<own_models::job>(R"({"jobId":"7","state":"done","size":"big"})", &details);
    EXPECT_FALSE(broken);
    EXPECT_NE(details.message().find("size"), std::string::npos) << details.message();
}

} // namespace
} // namespace roomport::json
