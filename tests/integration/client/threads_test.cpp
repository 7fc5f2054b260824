#include "client_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <thread>

namespace roomport::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// A context on two threads of its own, and a client that nobody answers.
class ClientThreads : public ::testing::Test {
protected:
    ~ClientThreads() override { finish(); }

    /// Until every handler has run.
    void finish() {
        busy_.reset();
        for (std::thread& each : threads_) {
            each.join();
        }
        threads_.clear();
    }

    static client_options options() {
        client_options made;
        made.endpoint = "https://127.0.0.1:1";
        made.app_id = "local";
        return made;
    }

    asio::io_context context;

private:
    asio::executor_work_guard<asio::io_context::executor_type> busy_{context.get_executor()};
    std::vector<std::thread> threads_ = make_threads();

    std::vector<std::thread> make_threads() {
        std::vector<std::thread> made;
        for (int i = 0; i < 2; ++i) {
            made.emplace_back([this] { context.run(); });
        }
        return made;
    }
};

TEST_F(ClientThreads, CallsThatEndAtOnceAreMadeFromAny) {
    client subject(context.get_executor(), options());
    constexpr int each = 2000;
    std::atomic<int> refused = 0;
    const auto call = [&] {
        for (int i = 0; i < each; ++i) {
            subject.async_call(hathora::get_room_info, hathora::room_request("no id"),
                               [&](error_code ec, const auto&) {
                                   refused += ec == error_code(error::invalid_argument) ? 1 : 0;
                               });
        }
    };
    std::thread first(call);
    std::thread second(call);
    first.join();
    second.join();
    subject.async_close(asio::use_future).get();
    finish();
    EXPECT_EQ(refused, 2 * each);
}

TEST_F(ClientThreads, TheNumbersOfTheWaitsAreAskedForFromAny) {
    client subject(context.get_executor(), options());
    auto wait = subject.async_wait_active("a-room", wait_options(), asio::use_future);
    wait_engine_metrics seen;
    do {
        seen = subject.async_wait_metrics(asio::use_future).get();
    } while (seen.failures < 2);
    EXPECT_EQ(seen.keys, 1U);
    subject.async_close(asio::use_future).get();
    EXPECT_THROW(wait.get(), boost::system::system_error);
}

} // namespace
} // namespace roomport::test
