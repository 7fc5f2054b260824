#include "client_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <functional>
#include <vector>

namespace roomport::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// Each sweep runs an operation again and again, cancelled one step later each time, until it ends before its turn comes:
// so every point at which it can be suspended is cancelled once. A step is one handler of the context.
class Cancellation : public ClientTest {
protected:
    static void SetUpTestSuite() { start_service({"--simulate", "start=30ms"}); }

    using start_function =
        std::function<void(client&, asio::cancellation_slot, std::function<void(error_code)> done)>;

    void sweep(const start_function& start) {
        int uncancelled = 0;
        for (int step = 0; step < 2000 && uncancelled < 3; ++step) {
            client subject(context.get_executor(), options_for(*service()));
            asio::cancellation_signal signal;
            int ended = 0;
            error_code outcome;
            start(subject, signal.slot(), [&](error_code ec) {
                ++ended;
                outcome = ec;
            });
            for (int done = 0; done < step && ended == 0; ++done) {
                ASSERT_NE(context.run_one_for(20s), 0U);
            }
            if (ended == 0) {
                signal.emit(asio::cancellation_type::terminal);
                const auto cancelled_at = clock::now();
                while (ended == 0 && context.run_one_for(5s) != 0) {
                }
                EXPECT_LT(clock::now() - cancelled_at, 5s) << "step " << step;
                EXPECT_TRUE(!outcome || outcome == errc::cancelled)
                    << "step " << step << ": " << outcome.message();
            } else {
                ++uncancelled;
                EXPECT_FALSE(outcome) << outcome.message();
            }
            ASSERT_EQ(ended, 1) << "step " << step;
            close(subject);
            ASSERT_EQ(ended, 1) << "a handler ran twice, step " << step;
        }
        EXPECT_EQ(uncancelled, 3) << "the sweep did not come to its end";
    }
};

TEST_F(Cancellation, AWaitAtEveryStep) {
    client helper(context.get_executor(), options_for(*service()));
    sweep([&](client& subject, asio::cancellation_slot slot, std::function<void(error_code)> done) {
        const auto room = create(helper);
        subject.async_wait_active(
            room, wait_options(),
            asio::bind_cancellation_slot(slot,
                                         [done](error_code ec, const wait_result&) { done(ec); }));
    });
    close(helper);
    run();
}

TEST_F(Cancellation, ACallAtEveryStep) {
    sweep([&](client& subject, asio::cancellation_slot slot, std::function<void(error_code)> done) {
        subject.async_call(
            hathora::get_latest_processes, hathora::process_filter_request(),
            asio::bind_cancellation_slot(slot, [done](error_code ec, const auto&) { done(ec); }));
    });
}

TEST_F(Cancellation, ACreateAndWaitAtEveryStepLeavesNoRoomBehind) {
    std::vector<std::string> rooms;
    int orphans = 0;
    sweep([&](client& subject, asio::cancellation_slot slot, std::function<void(error_code)> done) {
        hathora::create_room_request request(region::london);
        subject.async_create_and_wait(
            request, create_options(),
            asio::bind_cancellation_slot(slot, [&, done](error_code ec, const created_room& room) {
                if (ec) {
                    rooms.push_back(room.room_id);
                }
                done(ec);
            }));
    });
    EXPECT_EQ(orphans, 0);
    EXPECT_GT(rooms.size(), 10U);
    client checker(context.get_executor(), options_for(*service()));
    std::size_t gone = 0;
    std::size_t asked = 0;
    for (const auto& room : rooms) {
        checker.async_call(hathora::get_connection_info, hathora::room_request(room),
                           [&](error_code ec, const auto&) {
                               gone += ec == errc::room_gone ? 1 : 0;
                               if (++asked == rooms.size()) {
                                   checker.async_close([](error_code) {});
                               }
                           });
    }
    run();
    EXPECT_EQ(gone, rooms.size());
}

asio::awaitable<void> wait_in_coroutine(client& subject, std::string room) {
    co_await subject.wait_active(std::move(room));
}

TEST_F(Cancellation, ACoroutineAtEveryStep) {
    client helper(context.get_executor(), options_for(*service()));
    sweep([&](client& subject, asio::cancellation_slot slot, std::function<void(error_code)> done) {
        auto work = wait_in_coroutine(subject, create(helper));
        asio::co_spawn(context, std::move(work),
                       asio::bind_cancellation_slot(slot, [done](std::exception_ptr thrown) {
                           error_code ec;
                           try {
                               if (thrown) {
                                   std::rethrow_exception(thrown);
                               }
                           } catch (const boost::system::system_error& failed) {
                               ec = failed.code();
                           }
                           done(ec);
                       }));
        // Asio itself loses a coroutine that is cancelled before its first step.
        context.run_one_for(1s);
    });
    close(helper);
    run();
}

TEST_F(Cancellation, OfAClosingEndsItsWaitingAlone) {
    client subject(context.get_executor(), options_for(*service()));
    bool is_created = false;
    create_options options;
    options.wait.on_progress = [&](const wait_event&) {
        is_created = true;
    };
    subject.async_create_and_wait(hathora::create_room_request(region::london), options,
                                  [](error_code, const created_room&) {});
    while (!is_created && context.run_one_for(20s) != 0) {
    }
    asio::cancellation_signal signal;
    error_code outcome;
    subject.async_close(
        asio::bind_cancellation_slot(signal.slot(), [&](error_code ec) { outcome = ec; }));
    signal.emit(asio::cancellation_type::terminal);
    run();
    EXPECT_EQ(outcome, error_code(asio::error::operation_aborted));
    close(subject);
}

} // namespace
} // namespace roomport::test
