// A poll that finds a room starting allocates nothing once connections, buffers and tables have their size.

#include "allocation_counter.hpp"
#include "common/handler_memory.hpp"
#include "hathora/room_observer.hpp"
#include "support/room_service_process.hpp"

#include <roomport/client.hpp>
#include <roomport/http/pool.hpp>
#include <roomport/wait/cadence.hpp>
#include <roomport/wait/wait_engine.hpp>

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace roomport::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::size_t rooms = 20;
constexpr std::uint64_t warm_up = 2'000;
constexpr std::uint64_t counted = 5'000;

class PollAllocations : public testing::Test {
protected:
    static void SetUpTestSuite() {
        allocation_counter::watch_openssl();
        service() = std::make_unique<room_service_process>(
            std::vector<std::string>{"--simulate", "start=uniform:1h:2h"});
    }
    static void TearDownTestSuite() { service().reset(); }

    static std::unique_ptr<room_service_process>& service() {
        static std::unique_ptr<room_service_process> instance;
        return instance;
    }

    void SetUp() override {
        if (!allocation_counter::is_possible()) {
            GTEST_SKIP() << "a sanitizer has replaced the allocation functions";
        }
        http::pool_options options;
        options.tls.ca_file = service()->ca_file();
        connections_ =
            std::make_shared<http::pool>(context_.get_executor(), context_.get_executor(),
                                         http::origin::parse(service()->url()).value(), options);
        // One room a poll: an answer about many is a list, whose memory is the smaller part of what it saves.
        hathora::batch_polls::settings one_by_one;
        one_by_one.use_endpoint = false;
        observer_ = std::make_shared<hathora::room_observer>(context_.get_executor(), connections_,
                                                             "local", one_by_one);
        create_rooms();
    }

    void create_rooms() {
        client_options options;
        options.endpoint = service()->url();
        options.app_id = "local";
        options.pool.tls.ca_file = service()->ca_file();
        options.token = hathora::token_file(service()->token_file());
        client creator(context_.get_executor(), options);
        for (std::size_t i = 0; i < rooms; ++i) {
            creator.async_call(hathora::create_room,
                               hathora::create_room_request(region::frankfurt),
                               [this](error_code ec, const api_result<room_connection_data>& made) {
                                   ASSERT_FALSE(ec) << ec.message() << made.message;
                                   rooms_.push_back(made.value.room_id);
                               });
        }
        run_until([this] { return rooms_.size() == rooms; });
        bool closed = false;
        creator.async_close([&](error_code) { closed = true; });
        run_until([&] { return closed; });
    }

    template <class Condition>
    void run_until(Condition condition) {
        const auto end = std::chrono::steady_clock::now() + 60s;
        while (!condition() && std::chrono::steady_clock::now() < end) {
            if (context_.run_one_for(1s) == 0) {
                context_.restart();
            }
        }
        ASSERT_TRUE(condition()) << "something never ends";
    }

    void expect_none(const allocation_counts& counts) {
        RecordProperty("allocations_of_openssl", static_cast<int>(counts.by_openssl));
        EXPECT_EQ(counts.by_new, 0U) << allocation_counter::where();
        EXPECT_EQ(counts.by_c, 0U) << allocation_counter::where();
    }

    asio::io_context context_{1};
    std::shared_ptr<http::pool> connections_;
    std::shared_ptr<hathora::room_observer> observer_;
    std::vector<std::string> rooms_;
};

TEST_F(PollAllocations, APollByItselfAllocatesNothing) {
    std::uint64_t polls = 0;
    std::uint64_t starting = 0;
    detail::handler_memory memory;
    const auto poll = [&] {
        observer_->async_observe(
            rooms_[polls % rooms], 0s, clock::now() + 10s,
            asio::bind_allocator(detail::handler_allocator<>(memory), [&](const observation& seen) {
                ++polls;
                starting += seen.state == observed_state::starting ? 1 : 0;
            }));
        const auto wanted = polls + 1;
        run_until([&] { return polls == wanted; });
    };
    while (polls < warm_up) {
        poll();
    }
    allocation_counter::begin();
    while (polls < warm_up + counted) {
        poll();
    }
    const auto counts = allocation_counter::end();
    EXPECT_EQ(starting, polls);
    expect_none(counts);
}

TEST_F(PollAllocations, WaitingForManyRoomsAllocatesNothingPerPoll) {
    wait_engine_options options;
    options.max_held = 0;
    options.seed = 1;
    options.cadence = fixed_cadence(5ms);
    wait_engine engine(context_.get_executor(), context_.get_executor(), observer_, options);
    std::size_t ended = 0;
    for (const auto& room : rooms_) {
        wait_options how;
        how.timeout = 1h;
        engine.async_wait(room, how, [&](error_code, const wait_result&) { ++ended; });
    }
    run_until([&] { return engine.metrics().polls >= warm_up; });
    allocation_counter::begin();
    run_until([&] { return engine.metrics().polls >= warm_up + counted; });
    const auto counts = allocation_counter::end();
    EXPECT_EQ(engine.metrics().failures, 0U);
    expect_none(counts);
    engine.cancel();
    run_until([&] { return ended == rooms; });
}

} // namespace
} // namespace roomport::test
