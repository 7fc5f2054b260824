// An io_context that is destroyed while operations are pending: every handler is dropped, and with it whatever it holds.
#include "support/scripted_server.hpp"

#include <roomport/client.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>

namespace roomport::test {

namespace asio = boost::asio;

namespace {

using namespace std::chrono_literals;

/// A client whose handlers hold it, as those of a long-lived owner do, and that nobody else holds.
class ContextShutdown : public testing::Test {
protected:
    void SetUp() override {
        client_options options;
        options.endpoint = server.url();
        options.app_id = "app";
        options.token = hathora::fixed_token(secret("token"));
        context.emplace();
        subject = std::make_shared<client>(context->get_executor(), options);
        held = subject;
    }

    /// Lets the operations begin, and ends the context in their midst.
    void run_until_requests(std::size_t count) {
        for (int i = 0; i < 1000 && server.requests() < count; ++i) {
            context->restart();
            context->run_for(10ms);
        }
        EXPECT_GE(server.requests(), count);
        end();
    }

    void end() {
        subject.reset();
        EXPECT_FALSE(held.expired());
        context.reset();
        EXPECT_TRUE(held.expired());
    }

    // Creates rooms and never says anything else.
    scripted_server server{[](session& peer) {
        for (auto request = peer.read_request(); !request.empty(); request = peer.read_request()) {
            if (request.starts_with("POST /rooms/v2/app/create?roomId=made")) {
                peer.send(http_response(R"({"roomId":"made","processId":"p","status":"starting",)"
                                        R"("additionalExposedPorts":[]})",
                                        201));
            }
        }
    }};
    std::optional<boost::asio::io_context> context;
    std::shared_ptr<client> subject;
    std::weak_ptr<client> held;
};

TEST_F(ContextShutdown, DropsACallUnderWay) {
    subject->async_call(hathora::get_latest_processes, hathora::process_filter_request(),
                        [self = subject](error_code, const auto&) { FAIL(); });
    run_until_requests(1);
}

TEST_F(ContextShutdown, DropsCallsInTheQueue) {
    for (int i = 0; i < 20; ++i) {
        subject->async_call(hathora::get_latest_processes, hathora::process_filter_request(),
                            [self = subject](error_code, const auto&) { FAIL(); });
    }
    run_until_requests(8);
}

TEST_F(ContextShutdown, DropsWhatNeverBegan) {
    subject->async_call(hathora::get_latest_processes, hathora::process_filter_request(),
                        [self = subject](error_code, const auto&) { FAIL(); });
    subject->async_wait_active("room", wait_options(),
                               [self = subject](error_code, const wait_result&) { FAIL(); });
    subject->async_create_and_wait(hathora::create_room_request(region::tokyo), create_options(),
                                   [self = subject](error_code, const created_room&) { FAIL(); });
    end();
}

TEST_F(ContextShutdown, DropsAWait) {
    subject->async_wait_active("room", wait_options(),
                               [self = subject](error_code, const wait_result&) { FAIL(); });
    run_until_requests(1);
}

TEST_F(ContextShutdown, DropsACreation) {
    subject->async_create_and_wait(hathora::create_room_request(region::tokyo), create_options(),
                                   [self = subject](error_code, const created_room&) { FAIL(); });
    run_until_requests(1);
}

TEST_F(ContextShutdown, DropsTheWaitForARoomThatWasCreated) {
    hathora::create_room_request request(region::tokyo);
    request.room_id = "made";
    subject->async_create_and_wait(request, create_options(),
                                   [self = subject](error_code, const created_room&) { FAIL(); });
    run_until_requests(2);
}

TEST_F(ContextShutdown, DropsACoroutineThatWaits) {
    asio::co_spawn(
        *context,
        [](std::shared_ptr<client> self) -> asio::awaitable<void> {
            co_await self->wait_active("room");
        }(subject),
        [](const std::exception_ptr&) { FAIL(); });
    run_until_requests(1);
}

TEST_F(ContextShutdown, DropsTheDestructionOfARoom) {
    boost::asio::cancellation_signal stop;
    hathora::create_room_request request(region::tokyo);
    request.room_id = "made";
    bool cancelled = false;
    subject->async_create_and_wait(
        request, create_options(),
        boost::asio::bind_cancellation_slot(
            stop.slot(), [&cancelled](error_code, const created_room&) { cancelled = true; }));
    for (int i = 0; i < 1000 && server.requests() < 2; ++i) {
        context->restart();
        context->run_for(10ms);
    }
    stop.emit(boost::asio::cancellation_type::terminal);
    subject->async_call(hathora::get_latest_processes, hathora::process_filter_request(),
                        [self = subject](error_code, const auto&) { FAIL(); });
    run_until_requests(4);
    EXPECT_TRUE(cancelled);
}

TEST_F(ContextShutdown, DropsAClose) {
    subject->async_create_and_wait(hathora::create_room_request(region::tokyo), create_options(),
                                   [self = subject](error_code, const created_room&) {});
    for (int i = 0; i < 1000 && server.requests() < 1; ++i) {
        context->restart();
        context->run_for(10ms);
    }
    // The creation may have reached the server, so that closing waits for the room's destruction.
    subject->async_close([self = subject](error_code) { FAIL(); });
    run_until_requests(2);
}

} // namespace
} // namespace roomport::test
