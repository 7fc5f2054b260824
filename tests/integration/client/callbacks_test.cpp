// What an embedder's own functions may do to a client.
#include "client_fixture.hpp"

#include "support/trusted_server.hpp"

#include <stdexcept>
#include <string>

namespace roomport::test {
namespace {

using namespace std::chrono_literals;

/// A server that makes rooms which stay starting, and lets nobody destroy one.
class Orphans : public ::testing::Test {
protected:
    client_options options() {
        client_options made;
        made.endpoint = server.url();
        made.app_id = "app";
        made.pool = trusting_test_ca();
        made.token = hathora::fixed_token(secret("token"));
        made.on_orphan = [this](const orphan& left) {
            told.push_back(left);
            throw std::runtime_error("metrics exploded");
        };
        return made;
    }

    /// Runs until nothing is left, and counts what leaves through `run()`.
    void run() {
        for (bool goes_on = true; goes_on;) {
            try {
                context.run_for(20s);
                goes_on = false;
            } catch (const std::runtime_error& thrown) {
                EXPECT_STREQ(thrown.what(), "metrics exploded");
                ++thrown_;
            }
        }
        EXPECT_TRUE(context.stopped());
    }

    scripted_server server{[](session& peer) {
                               for (auto request = peer.read_request(); !request.empty();
                                    request = peer.read_request()) {
                                   peer.send(answer(request));
                               }
                           },
                           good_tls()};
    boost::asio::io_context context;
    std::vector<orphan> told;
    int thrown_ = 0;

private:
    static std::string answer(const std::string& request) {
        const auto id_of = [&](const std::string& before) {
            const auto from = request.find(before) + before.size();
            return request.substr(from, request.find(' ', from) - from);
        };
        if (request.starts_with("POST /rooms/v2/app/create?")) {
            const auto room = id_of("roomId=");
            return room == "taken"
                       ? http_response(R"({"message":"a room with this roomId exists"})", 422)
                       : http_response(R"({"roomId":")" + room +
                                           R"(","processId":"p","status":"starting",)"
                                           R"("additionalExposedPorts":[]})",
                                       201);
        }
        if (request.starts_with("GET /rooms/v2/app/connectioninfo/")) {
            return http_response(R"({"roomId":")" + id_of("connectioninfo/") +
                                 R"(","status":"starting","additionalExposedPorts":[]})");
        }
        return http_response(R"({"message":"not yours"})", 403);
    }
};

TEST_F(Orphans, AThrowingFunctionIsCalledOnceAndStopsNothing) {
    client subject(context.get_executor(), options());
    create_options how;
    how.wait.timeout = 200ms;
    error_code created;
    bool closed = false;
    subject.async_create_and_wait(hathora::create_room_request(region::tokyo), how,
                                  [&](error_code ec, const created_room&) {
                                      created = ec;
                                      subject.async_close([&](error_code) { closed = true; });
                                  });
    run();
    EXPECT_EQ(created, errc::deadline_passed);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told.front().error, errc::unauthorized);
    EXPECT_EQ(thrown_, 1);
    EXPECT_TRUE(closed);
}

TEST_F(Orphans, AThrowingFunctionDoesNotTakeTheResultAway) {
    // An answer without end: nobody learns who made the room, so that it is told as an orphan at once.
    scripted_server mute([](session& peer) { peer.await_end(); }, good_tls());
    auto with = options();
    with.endpoint = mute.url();
    client subject(context.get_executor(), with);
    hathora::create_room_request request(region::tokyo);
    request.room_id = "mine";
    create_options how;
    how.wait.timeout = 200ms;
    int ended = 0;
    bool closed = false;
    subject.async_create_and_wait(request, how, [&](error_code, const created_room& room) {
        ++ended;
        EXPECT_EQ(room.room_id, "mine");
        subject.async_close([&](error_code) { closed = true; });
    });
    run();
    EXPECT_EQ(ended, 1);
    EXPECT_EQ(told.size(), 1U);
    EXPECT_EQ(thrown_, 1);
    EXPECT_TRUE(closed);
}

TEST_F(Orphans, ASecondCreationIsAConflict) {
    client subject(context.get_executor(), options());
    hathora::create_room_request request(region::tokyo);
    request.room_id = "taken";
    error_code waited;
    error_code called;
    subject.async_create_and_wait(request, create_options(),
                                  [&](error_code ec, const created_room& room) {
                                      waited = ec;
                                      EXPECT_EQ(room.result.evidence.polls, 1U);
                                  });
    subject.async_call(hathora::create_room, request, [&](error_code ec, const auto&) {
        called = ec;
        subject.async_close([](error_code) {});
    });
    run();
    EXPECT_EQ(waited, errc::conflict);
    EXPECT_EQ(called, errc::conflict);
    EXPECT_TRUE(told.empty());
}

} // namespace
} // namespace roomport::test
