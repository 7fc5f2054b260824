// Operations that are not of the API: described by a user, with models of the user's own.
#include "support/scripted_server.hpp"
#include "support/trusted_server.hpp"

#include <roomport/client.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/describe/class.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace own_api {

struct job {
    std::string job_id;
    std::string state;
};
BOOST_DESCRIBE_STRUCT(job, (), (job_id, state))

struct job_order {
    std::string command;
    std::int32_t priority = 0;
};
BOOST_DESCRIBE_STRUCT(job_order, (), (command, priority))

/// Rules of the user's own, found beside the model.
void check_body(roomport::hathora::request_builder& to, const job_order& body) {
    if (body.command.empty()) {
        to.refuse("command must not be empty");
    }
}

struct new_job_request {
    std::optional<bool> dry_run;
    job_order body;
};
BOOST_DESCRIBE_STRUCT(new_job_request, (), (dry_run, body))

struct job_request {
    std::string job_id;
};
BOOST_DESCRIBE_STRUCT(job_request, (), (job_id))

} // namespace own_api

template <>
struct roomport::model_traits<own_api::job> : roomport::default_model_traits {
    static constexpr std::string_view name = "Job";
};

template <>
struct roomport::model_traits<own_api::job_order> : roomport::default_model_traits {
    static constexpr std::string_view name = "JobOrder";
};

namespace own_api {

namespace api = roomport::hathora;
using roomport::http::method;

inline constexpr api::operation<new_job_request, job> new_job{
    {"NewJob", method::post, "/jobs/{appId}", api::authentication::token, false, 201,
     api::response_size::document}};

inline constexpr api::operation<job_request, std::vector<job>> list_jobs{
    {"ListJobs", method::get, "/jobs/{appId}/{jobId}", api::authentication::none, true, 200,
     api::response_size::list}};

inline constexpr api::operation<job_request, api::no_content> end_job{
    {"EndJob", method::delete_, "/jobs/{appId}/{jobId}", api::authentication::token, true, 204,
     api::response_size::document}};

// Of this library's types, in a pair that no operation of the API has.
inline constexpr api::operation<api::app_request, roomport::room> newest_room{
    {"NewestRoom", method::get, "/newest/{appId}", api::authentication::none, true, 200,
     api::response_size::document}};

inline constexpr api::operation<api::app_request, job> unfillable{
    {"Unfillable", method::get, "/jobs/{appId}/{jobId}", api::authentication::none, true, 200,
     api::response_size::document}};

} // namespace own_api

namespace roomport::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

class OwnOperations : public ::testing::Test {
protected:
    OwnOperations() : subject(context.get_executor(), options()) {}

    client_options options() {
        client_options made;
        made.endpoint = server.url();
        made.app_id = "app";
        made.pool = trusting_test_ca();
        made.token = hathora::fixed_token(secret("token"));
        return made;
    }

    template <class Request, class Response>
    std::pair<error_code, api_result<Response>>
    call(const hathora::operation<Request, Response>& what, Request request) {
        std::pair<error_code, api_result<Response>> seen;
        subject.async_call(what, std::move(request),
                           [&](error_code ec, const api_result<Response>& result) {
                               seen = {ec, result};
                               subject.async_close([](error_code) {});
                           });
        context.run_for(20s);
        EXPECT_TRUE(context.stopped());
        return seen;
    }

    asio::io_context context;
    std::string received;
    scripted_server server{[this](session& peer) {
                               for (auto request = peer.read_request(); !request.empty();
                                    request = peer.read_request()) {
                                   received = request;
                                   peer.send(answer(request));
                               }
                           },
                           good_tls()};
    client subject;

private:
    static std::string answer(const std::string& request) {
        if (request.starts_with("POST /jobs/app?dryRun=true ")) {
            return http_response(R"({"jobId":"7","state":"queued"})", 201);
        }
        if (request.starts_with("GET /jobs/app/7 ")) {
            return http_response(R"([{"jobId":"7","state":"done"}])");
        }
        if (request.starts_with("GET /jobs/app/broken ")) {
            return http_response(R"([{"jobId":"7"}])");
        }
        if (request.starts_with("DELETE /jobs/app/7 ")) {
            return http_response("", 204);
        }
        if (request.starts_with("GET /newest/app ")) {
            return http_response(R"({"appId":"app","roomId":"r","status":"active",)"
                                 R"("currentAllocation":null,"allocations":[]})");
        }
        return http_response(R"({"message":"no such job"})", 404);
    }
};

TEST_F(OwnOperations, SendAndReceiveModelsOfOnesOwn) {
    own_api::new_job_request request;
    request.dry_run = true;
    request.body.command = "start";
    request.body.priority = 3;
    const auto [ec, result] = call(own_api::new_job, request);
    EXPECT_FALSE(ec) << ec.message() << result.message;
    EXPECT_EQ(result.http_status, 201);
    EXPECT_EQ(result.value.job_id, "7");
    EXPECT_TRUE(received.ends_with(R"({"command":"start","priority":3})")) << received;
}

TEST_F(OwnOperations, ReceiveLists) {
    const auto [ec, result] = call(own_api::list_jobs, {"7"});
    EXPECT_FALSE(ec) << ec.message() << result.message;
    ASSERT_EQ(result.value.size(), 1U);
    EXPECT_EQ(result.value[0].state, "done");
}

TEST_F(OwnOperations, HaveNoContent) {
    const auto [ec, result] = call(own_api::end_job, {"7"});
    EXPECT_FALSE(ec) << ec.message() << result.message;
    EXPECT_EQ(result.http_status, 204);
}

TEST_F(OwnOperations, TakeTypesOfTheLibraryInANewPair) {
    const auto [ec, result] = call(own_api::newest_room, hathora::app_request());
    EXPECT_FALSE(ec) << ec.message() << result.message;
    EXPECT_EQ(result.value.room_id, "r");
}

TEST_F(OwnOperations, FailAsThoseOfTheApi) {
    const auto [ec, result] = call(own_api::list_jobs, {"8"});
    EXPECT_EQ(ec.value(), 404);
    EXPECT_EQ(result.message, "no such job");
    EXPECT_TRUE(result.value.empty());
}

TEST_F(OwnOperations, SayWhereAnAnswerIsBroken) {
    const auto [ec, result] = call(own_api::list_jobs, {"broken"});
    EXPECT_TRUE(ec);
    EXPECT_NE(result.message.find("state"), std::string::npos) << result.message;
}

TEST_F(OwnOperations, KeepTheRulesOfTheirBodies) {
    const auto [ec, result] = call(own_api::new_job, own_api::new_job_request());
    EXPECT_EQ(ec, errc::invalid_argument);
    EXPECT_EQ(result.message, "command must not be empty");
    EXPECT_EQ(server.requests(), 0U);
}

TEST_F(OwnOperations, SendNoPathWithAPlaceholder) {
    const auto [ec, result] = call(own_api::unfillable, hathora::app_request());
    EXPECT_EQ(ec, errc::invalid_argument);
    EXPECT_NE(result.message.find("{jobId}"), std::string::npos) << result.message;
    EXPECT_EQ(server.requests(), 0U);
}

TEST_F(OwnOperations, CallTheirHandlerWhereItAsks) {
    const auto strand = asio::make_strand(context);
    bool done = false;
    subject.async_call(own_api::list_jobs, own_api::job_request{"7"},
                       asio::bind_executor(strand, [&](error_code ec, const auto&) {
                           EXPECT_FALSE(ec) << ec.message();
                           EXPECT_TRUE(strand.running_in_this_thread());
                           done = true;
                           subject.async_close([](error_code) {});
                       }));
    context.run_for(20s);
    EXPECT_TRUE(done);
}

TEST_F(OwnOperations, AreCancelledThroughTheirSlot) {
    asio::cancellation_signal stop;
    error_code seen;
    subject.async_call(own_api::list_jobs, own_api::job_request{"7"},
                       asio::bind_cancellation_slot(stop.slot(), [&](error_code ec, const auto&) {
                           seen = ec;
                           subject.async_close([](error_code) {});
                       }));
    stop.emit(asio::cancellation_type::terminal);
    context.run_for(20s);
    EXPECT_EQ(seen, asio::error::operation_aborted);
}

} // namespace
} // namespace roomport::test
