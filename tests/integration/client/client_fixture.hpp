#pragma once

#include "support/room_service_process.hpp"

#include <roomport/client.hpp>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace roomport::test {

/// Options for a client of a room service.
inline client_options options_for(const room_service_process& service) {
    client_options options;
    options.endpoint = service.url();
    options.app_id = "local";
    options.pool.tls.ca_file = service.ca_file();
    options.token = hathora::token_file(service.token_file());
    options.seed = 1;
    return options;
}

/// A real room service with simulated game servers, shared by the tests of a suite.
class ClientTest : public ::testing::Test {
protected:
    static void start_service(const std::vector<std::string>& options) {
        service() = std::make_unique<room_service_process>(options);
    }
    static void TearDownTestSuite() { service().reset(); }

    static std::unique_ptr<room_service_process>& service() {
        static std::unique_ptr<room_service_process> instance;
        return instance;
    }

    /// Runs until everything has ended; a bound so that a hang is a failure.
    void run() {
        context.run_for(std::chrono::seconds(60));
        EXPECT_TRUE(context.stopped()) << "something never ends";
        context.restart();
    }

    /// Closes a client while others go on.
    void close(client& which) {
        context.restart();
        bool closed = false;
        which.async_close([&](error_code) { closed = true; });
        while (!closed && context.run_one_for(std::chrono::seconds(20)) != 0) {
        }
        EXPECT_TRUE(closed);
        // A closed client leaves no work behind, with which the context stops.
        context.restart();
    }

    /// Creates a room and returns its id.
    std::string create(client& with) {
        std::string id;
        with.async_call(hathora::create_room, hathora::create_room_request(region::frankfurt),
                        [&](error_code ec, const api_result<room_connection_data>& result) {
                            EXPECT_FALSE(ec) << ec.message() << result.message;
                            id = result.value.room_id;
                        });
        while (id.empty() && context.run_one_for(std::chrono::seconds(20)) != 0) {
        }
        return id;
    }

    boost::asio::io_context context;
};

} // namespace roomport::test
