#include "client_fixture.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <set>
#include <thread>

namespace roomport::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

class Waiting : public ClientTest {
protected:
    static void SetUpTestSuite() {
        start_service({"--simulate", "start=uniform:20ms:200ms,seed=3"});
    }

    client subject{context.get_executor(), options_for(*service())};
};

asio::awaitable<void> wait_in_coroutine(client& subject, std::string room, exposed_port& port) {
    port = co_await subject.wait_active(std::move(room));
}

TEST_F(Waiting, ACoroutineYieldsThePort) {
    exposed_port port;
    const auto room = create(subject);
    asio::co_spawn(context, wait_in_coroutine(subject, room, port),
                   [this](std::exception_ptr thrown) {
                       EXPECT_FALSE(thrown);
                       subject.async_close([](error_code) {});
                   });
    run();
    EXPECT_EQ(port.host, "127.0.0.1");
    EXPECT_GT(port.port, 0);
}

/// Knows of every room what the test says.
class told_observer final : public observer {
public:
    explicit told_observer(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    void async_observe(std::string_view key, duration, time_point, handler_type handler) override {
        polled.emplace_back(key);
        observation seen;
        seen.state = polled.size() < 3 ? observed_state::starting : observed_state::ready;
        seen.exposed_port.host = "own.example";
        seen.exposed_port.port = 4711;
        asio::post(executor_, [handler = std::move(handler), seen = std::move(seen)]() mutable {
            const auto strand = asio::get_associated_executor(handler);
            asio::dispatch(strand,
                           [handler = std::move(handler), seen = std::move(seen)]() mutable {
                               std::move(handler)(std::move(seen));
                           });
        });
    }

    std::vector<std::string> polled;

private:
    asio::any_io_executor executor_;
};

TEST_F(Waiting, AnObserverOfTheCallersIsAskedInsteadOfTheApi) {
    const auto own = std::make_shared<told_observer>(context.get_executor());
    auto options = options_for(*service());
    options.observer = own;
    options.cadence = fixed_cadence(10ms);
    client with_own(context.get_executor(), std::move(options));
    exposed_port port;
    with_own.async_wait_active("never-was", wait_options(),
                               [&](error_code ec, const wait_result& result) {
                                   EXPECT_FALSE(ec) << ec.message();
                                   port = result.exposed_port;
                                   with_own.async_close([](error_code) {});
                               });
    subject.async_close([](error_code) {});
    run();
    EXPECT_EQ(port.host, "own.example");
    EXPECT_EQ(own->polled, std::vector<std::string>(3, "never-was"));
}

TEST_F(Waiting, ACoroutineThrowsTheEvidence) {
    std::string message;
    unsigned polls = 0;
    exposed_port port;
    asio::co_spawn(context, wait_in_coroutine(subject, "never-was", port),
                   [&](std::exception_ptr thrown) {
                       try {
                           std::rethrow_exception(thrown);
                       } catch (const wait_error& failed) {
                           EXPECT_EQ(failed.code(), errc::room_gone);
                           polls = failed.evidence().polls;
                           message = failed.evidence().last_message;
                       }
                       subject.async_close([](error_code) {});
                   });
    run();
    EXPECT_EQ(polls, 1U);
    EXPECT_FALSE(message.empty());
}

TEST_F(Waiting, WorksWithACallbackADeferredOperationAndAFuture) {
    const auto room = create(subject);
    int ended = 0;
    const auto count = [&](error_code ec, const wait_result& result) {
        EXPECT_FALSE(ec) << ec.message();
        EXPECT_GT(result.exposed_port.port, 0);
        ++ended;
    };
    subject.async_wait_active(room, wait_options(), count);
    auto later = subject.async_wait_active(room, wait_options(), asio::deferred);
    std::move(later)(count);
    auto future = subject.async_wait_active(room, wait_options(), asio::use_future);
    while (ended < 2 && context.run_one_for(20s) != 0) {
    }
    close(subject);
    ASSERT_EQ(future.wait_for(0s), std::future_status::ready);
    EXPECT_GT(future.get().exposed_port.port, 0);
    EXPECT_EQ(ended, 2);
}

TEST_F(Waiting, HandlersRunOnTheirOwnExecutor) {
    asio::io_context own;
    auto work = asio::make_work_guard(own);
    std::thread thread([&] { own.run(); });
    std::promise<std::thread::id> ran;
    const auto room = create(subject);
    subject.async_wait_active(room, wait_options(),
                              asio::bind_executor(own, [&](error_code, const wait_result&) {
                                  ran.set_value(std::this_thread::get_id());
                                  subject.async_close([](error_code) {});
                              }));
    run();
    EXPECT_EQ(ran.get_future().get(), thread.get_id());
    work.reset();
    thread.join();
}

TEST_F(Waiting, ManyWhoWaitForOneRoomShareItsPolls) {
    const auto room = create(subject);
    const auto before = subject.pool_metrics().requests;
    int ended = 0;
    for (int i = 0; i < 100; ++i) {
        subject.async_wait_active(room, wait_options(), [&](error_code ec, const wait_result&) {
            EXPECT_FALSE(ec);
            if (++ended == 100) {
                subject.async_close([](error_code) {});
            }
        });
    }
    run();
    EXPECT_EQ(ended, 100);
    EXPECT_LE(subject.pool_metrics().requests - before, 10U);
}

TEST_F(Waiting, DestroyingTheClientCancelsItsWaits) {
    auto other = std::make_unique<client>(context.get_executor(), options_for(*service()));
    int aborted = 0;
    for (const std::string room : {"a", "b", "c"}) {
        wait_options options;
        options.not_found_grace = 60s;
        other->async_wait_active(room, options, [&](error_code ec, const wait_result&) {
            EXPECT_EQ(ec, errc::cancelled);
            ++aborted;
        });
    }
    context.run_for(50ms);
    other.reset();
    run();
    EXPECT_EQ(aborted, 3);
}

TEST_F(Waiting, AClosedClientHasNoConnections) {
    create(subject);
    EXPECT_GT(subject.pool_metrics().idle, 0U);
    bool closed = false;
    subject.async_close([&](error_code) {
        closed = true;
        const auto numbers = subject.pool_metrics();
        EXPECT_EQ(numbers.idle + numbers.busy + numbers.connecting, 0U);
    });
    run();
    EXPECT_TRUE(closed);
}

TEST_F(Waiting, AClosedClientRefusesWork) {
    close(subject);
    error_code seen;
    subject.async_wait_active("room", wait_options(),
                              [&](error_code ec, const wait_result&) { seen = ec; });
    run();
    EXPECT_EQ(seen, errc::cancelled);
}

TEST_F(Waiting, EveryOperationOfTheServiceIsCallable) {
    const auto room = create(subject);
    int ended = 0;
    int begun = 0;
    const auto good = [&](error_code ec, const auto& result) {
        EXPECT_FALSE(ec) << ec.message() << ": " << result.message;
        ++ended;
    };
    subject.async_call(hathora::get_room_info, hathora::room_request(room), good);
    hathora::update_room_config_request update;
    update.room_id = room;
    update.body.room_config = "{}";
    subject.async_call(hathora::update_room_config, update, good);
    subject.async_call(hathora::get_running_processes, hathora::process_list_request(), good);
    subject.async_call(hathora::get_stopped_processes, hathora::process_list_request(), good);
    subject.async_call(hathora::get_processes_count, hathora::process_filter_request(), good);
    subject.async_call(hathora::get_ping_service_endpoints, hathora::app_request(), good);
    begun = 6;
    std::string process;
    subject.async_call(hathora::create_process, hathora::create_process_request(region::tokyo),
                       [&](error_code ec, const api_result<process_v3>& result) {
                           EXPECT_FALSE(ec) << result.message;
                           process = result.value.process_id;
                       });
    while ((process.empty() || ended < begun) && context.run_one_for(20s) != 0) {
    }
    const hathora::process_request one(process);
    subject.async_call(hathora::get_process, one, good);
    subject.async_call(hathora::get_process_info, one, good);
    subject.async_call(hathora::get_active_rooms_for_process, one, good);
    subject.async_call(hathora::get_inactive_rooms_for_process, one, good);
    begun += 4;
    while (ended < begun && context.run_one_for(20s) != 0) {
    }
    subject.async_call(hathora::stop_process, one, good);
    subject.async_call(hathora::destroy_room, hathora::room_request(room), good);
    begun += 2;
    while (ended < begun && context.run_one_for(20s) != 0) {
    }
    EXPECT_EQ(ended, begun);
    close(subject);
}

TEST_F(Waiting, AThousandRoomsAreCreatedAndAwaitedAtOnceOnEightConnections) {
    std::set<std::string> ready;
    int ended = 0;
    for (int i = 0; i < 1000; ++i) {
        subject.async_create_and_wait(hathora::create_room_request(region::tokyo), create_options(),
                                      [&](error_code ec, const created_room& room) {
                                          EXPECT_FALSE(ec) << ec.message() << ": "
                                                           << room.result.evidence.last_message;
                                          EXPECT_TRUE(ready.insert(room.room_id).second)
                                              << "twice: " << room.room_id;
                                          if (++ended == 1000) {
                                              subject.async_close([](error_code) {});
                                          }
                                      });
    }
    context.run_for(110s);
    EXPECT_EQ(ready.size(), 1000U);
    EXPECT_LE(subject.pool_metrics().connections_opened, 8U + 8U);
}

TEST_F(Waiting, ManyThreadsMayUseOneClient) {
    std::atomic<int> ended = 0;
    auto work = asio::make_work_guard(context);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([this] { context.run(); });
    }
    std::vector<std::thread> callers;
    for (int i = 0; i < 4; ++i) {
        callers.emplace_back([&] {
            for (int each = 0; each < 25; ++each) {
                subject.async_create_and_wait(hathora::create_room_request(region::tokyo),
                                              create_options(),
                                              [&](error_code ec, const created_room&) {
                                                  EXPECT_FALSE(ec) << ec.message();
                                                  ++ended;
                                              });
            }
        });
    }
    for (auto& caller : callers) {
        caller.join();
    }
    auto closed = std::async(std::launch::async, [&] {
        const auto limit = clock::now() + 60s;
        while (ended < 100 && clock::now() < limit) {
            std::this_thread::yield();
        }
        subject.async_close(asio::use_future).get();
    });
    closed.get();
    work.reset();
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(ended, 100);
}

} // namespace
} // namespace roomport::test
