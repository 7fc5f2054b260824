// A server each of whose allocations fails once: a caller may lose its connection, all others are served as before.

#include "httpd/server.hpp"
#include "support/failing_memory.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <gtest/gtest.h>

#include <future>
#include <new>
#include <optional>

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::ip::tcp;
using roomport::httpd::request;
using roomport::httpd::responder;
using roomport::httpd::response;
using roomport::httpd::server;
using roomport::httpd::server_options;
using roomport::test::fail_allocations;
using roomport::test::for_each_allocation;
using roomport::test::stop_failing_allocations;
using handler = roomport::httpd::request_handler;

/// A server on this thread, whatever leaves through `run`, and callers on another.
class HttpServerOutOfMemory : public testing::Test {
protected:
    HttpServerOutOfMemory() { roomport::test::asio_allocations_fail = true; }
    ~HttpServerOutOfMemory() override { roomport::test::asio_allocations_fail = false; }

    void start(const server_options& options, handler handle) {
        served = std::make_unique<server>(context, options, std::move(handle));
        where = served->listen({tcp::endpoint(asio::ip::address_v4::loopback(), 0)}).front();
    }

    template <class Condition>
    void run_until(Condition condition) {
        context.restart();
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (!condition() && std::chrono::steady_clock::now() < end) {
            try {
                context.run_one_for(10ms);
            } catch (const std::bad_alloc&) {
                ++failures;
            }
        }
        ASSERT_TRUE(condition());
    }

    /// What a caller gets until its connection ends, while an allocation of the server fails.
    std::string call(std::string_view text, std::optional<std::size_t> allocations = std::nullopt) {
        auto answer = std::async(std::launch::async, [this, text] {
            asio::io_context own;
            tcp::socket socket(own);
            std::string received;
            boost::system::error_code ignored;
            socket.connect(where);
            asio::write(socket, asio::buffer(text.data(), text.size()), ignored);
            asio::read(socket, asio::dynamic_buffer(received), ignored);
            return received;
        });
        if (allocations) {
            fail_allocations(*allocations);
        }
        run_until([&] { return answer.wait_for(0s) == std::future_status::ready; });
        call_met_failure = stop_failing_allocations();
        return answer.get();
    }

    asio::io_context context;
    std::unique_ptr<server> served;
    tcp::endpoint where;
    std::size_t failures = 0;
    bool call_met_failure = false;
};

std::string echo_request(std::size_t size) {
    return "POST /a/b?c=d HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " +
           std::to_string(size) + "\r\n\r\n" + std::string(size, 'x');
}

TEST_F(HttpServerOutOfMemory, ServesEverybodyElseAsBefore) {
    constexpr std::size_t size = 6000;
    const auto text = echo_request(size);
    std::vector<std::shared_ptr<responder>> held;
    start(server_options(), [&](const request& received, std::shared_ptr<responder> caller) {
        held.assign(1, caller);
        caller->on_abandoned([&] { held.clear(); });
        caller->send(response(200, received.body));
        held.clear();
    });
    for_each_allocation(
        [&](std::size_t nth) {
            const auto unlucky = call(text, nth);
            const bool has_failed = call_met_failure;
            if (unlucky.starts_with("HTTP/1.1 200")) {
                EXPECT_TRUE(unlucky.ends_with("\r\n\r\n" + std::string(size, 'x')));
            } else {
                EXPECT_TRUE(unlucky.empty() || unlucky.starts_with("HTTP/1.1 500")) << unlucky;
            }
            EXPECT_TRUE(call(text).starts_with("HTTP/1.1 200"));
            run_until([&] { return served->connections() == 0; });
            EXPECT_TRUE(held.empty());
            return has_failed;
        },
        21);
    EXPECT_GT(failures, 0U);
}

TEST_F(HttpServerOutOfMemory, EnforcesDeadlinesAsBefore) {
    server_options options;
    options.request_timeout = 1ms;
    start(options, [](const request&, const std::shared_ptr<responder>&) {});
    for_each_allocation(
        [&](std::size_t nth) {
            tcp::socket slow(context);
            slow.connect(where);
            asio::write(slow, asio::buffer("GET /", 5));
            run_until([&] { return served->connections() == 1; });
            run_until([&, stop = std::chrono::steady_clock::now() + 20ms] {
                return std::chrono::steady_clock::now() > stop;
            });
            fail_allocations(nth);
            run_until([&] { return served->connections() == 0 || slow.available() > 0; });
            const bool has_failed = stop_failing_allocations();
            slow.close();
            run_until([&] { return served->connections() == 0; });
            return has_failed;
        },
        4);
}

TEST_F(HttpServerOutOfMemory, DrainsAllThatIsIdle) {
    constexpr std::size_t callers = 3;
    for_each_allocation([&](std::size_t nth) {
        start(server_options(), [](const request&, const std::shared_ptr<responder>&) {});
        std::vector<tcp::socket> idle;
        for (std::size_t i = 0; i < callers; ++i) {
            idle.emplace_back(context).connect(where);
        }
        run_until([&] { return served->connections() == callers; });
        context.poll();
        fail_allocations(nth);
        try {
            served->drain();
        } catch (const std::bad_alloc&) {
        }
        const bool has_failed = stop_failing_allocations();
        for (auto& each : idle) {
            char none = 0;
            boost::system::error_code ended;
            run_until([&] { return each.available() > 0 || served->connections() < callers; });
            each.read_some(asio::buffer(&none, 1), ended);
            EXPECT_TRUE(ended);
        }
        idle.clear();
        run_until([&] { return served->connections() == 0; });
        return has_failed;
    });
}

} // namespace
