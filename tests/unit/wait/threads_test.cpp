#include "engine_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <deque>
#include <thread>
#include <vector>

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

namespace asio = boost::asio;

constexpr int thread_count = 4;

/// A caller with a strand and a signal of its own, as a program with many sessions has.
struct caller {
    explicit caller(asio::io_context& context) : strand(asio::make_strand(context)) {}
    asio::strand<asio::io_context::executor_type> strand;
    asio::cancellation_signal signal;
    std::atomic<int> completions = 0;
};

class Threads : public engine_fixture {
protected:
    /// Starts `count` waits over a few keys from several threads at once; every third caller cancels its wait.
    void start_from_all_threads(std::deque<caller>& callers) {
        std::vector<std::thread> starters;
        for (std::size_t first = 0; first < thread_count; ++first) {
            starters.emplace_back([this, &callers, first] {
                for (std::size_t index = first; index < callers.size(); index += thread_count) {
                    asio::post(callers[index].strand,
                               [this, &callers, index] { begin(callers[index], index); });
                }
            });
        }
        for (auto& thread : starters) {
            thread.join();
        }
    }

    void begin(caller& one, std::size_t index) {
        auto handler = [&one](error_code, const wait_result&) {
            ++one.completions;
        };
        engine->async_wait("room " + std::to_string(index % 17), wait_script::timeout(20s),
                           asio::bind_cancellation_slot(one.signal.slot(),
                                                        asio::bind_executor(one.strand, handler)));
        if (index % 3 == 0) {
            asio::post(one.strand, [&one] { one.signal.emit(asio::cancellation_type::total); });
        }
    }

    std::vector<std::thread> run_on_threads() {
        std::vector<std::thread> runners;
        for (int index = 0; index < thread_count; ++index) {
            runners.emplace_back([this] { context.run_for(60s); });
        }
        return runners;
    }
};

TEST_F(Threads, CallEveryHandlerOnce) {
    make_engine(
        [](const std::string&, unsigned nth) { return nth % 4 == 0 ? ready() : starting(); });
    std::deque<caller> callers;
    for (int index = 0; index < 300; ++index) {
        callers.emplace_back(context);
    }
    auto work = asio::make_work_guard(context);
    auto runners = run_on_threads();
    start_from_all_threads(callers);
    work.reset();
    for (auto& thread : runners) {
        thread.join();
    }
    EXPECT_TRUE(context.stopped());
    for (const auto& one : callers) {
        EXPECT_EQ(one.completions, 1);
    }
}

TEST_F(Threads, CallEveryHandlerOnceWhenTheEngineIsDestroyedMeanwhile) {
    make_engine([](const std::string&, unsigned) { return starting(); });
    std::deque<caller> callers;
    for (int index = 0; index < 200; ++index) {
        callers.emplace_back(context);
    }
    std::atomic<std::size_t> begun = 0;
    auto work = asio::make_work_guard(context);
    auto runners = run_on_threads();
    for (std::size_t index = 0; index < callers.size(); ++index) {
        asio::post(callers[index].strand, [this, &callers, &begun, index] {
            begin(callers[index], index);
            ++begun;
        });
    }
    while (begun < callers.size()) {
        std::this_thread::yield();
    }
    engine.reset();
    work.reset();
    for (auto& thread : runners) {
        thread.join();
    }
    EXPECT_TRUE(context.stopped());
    for (const auto& one : callers) {
        EXPECT_EQ(one.completions, 1);
    }
}

} // namespace
} // namespace roomport::wait_detail
