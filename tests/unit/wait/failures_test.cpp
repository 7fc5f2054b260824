#include "wait_script.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

/// Lets polls "a" end one after the other until the wait is over, at most 50.
void answer_all(wait_script& script, const waiter& wait, const std::vector<observation>& answers) {
    for (const auto& seen : answers) {
        for (int step = 0; script.polls.empty() && !script.is_done(wait) && step < 50; ++step) {
            const auto wake = script.state->next_wake();
            ASSERT_TRUE(wake);
            script.run_until(*wake - script.begin);
        }
        if (script.is_done(wait)) {
            return;
        }
        script.answer("a", seen);
    }
}

TEST(Failures, MaxFailuresEndsTheWaitWithTheLastError) {
    wait_script script;
    wait_options options = wait_script::timeout(120s);
    options.max_failures = 3;
    auto& wait = script.start("a", options);
    answer_all(script, wait,
               {failed(error::connect_failed), failed(error::connect_failed), starting(),
                failed_status(503), failed(error::connection_closed),
                failed(error::host_not_found)});
    ASSERT_TRUE(script.is_done(wait));
    EXPECT_EQ(script.end_of(wait).ec, error_code(error::host_not_found));
    EXPECT_EQ(script.evidence_of(wait).polls, 6U);
    EXPECT_EQ(script.evidence_of(wait).consecutive_failures, 3U);
    EXPECT_EQ(script.evidence_of(wait).last_status, "starting");
    EXPECT_EQ(script.evidence_of(wait).http_status, 503);
    EXPECT_LT(script.elapsed, 10s);
}

TEST(Failures, ThreeBrokenAnswersEndTheWait) {
    wait_script script;
    auto& wait = script.start("a", wait_script::timeout(120s));
    answer_all(script, wait,
               {failed(error::not_json), failed(error::not_json), failed(error::wrong_shape)});
    ASSERT_TRUE(script.is_done(wait));
    EXPECT_EQ(script.end_of(wait).ec, error_code(error::wrong_shape));
}

TEST(Failures, PassingTroubleBetweenBrokenAnswersNeitherCountsNorForgives) {
    wait_script script;
    auto& wait = script.start("a", wait_script::timeout(120s));
    answer_all(
        script, wait,
        {failed(error::not_json), failed_status(503), failed(error::not_json), failed_status(429)});
    EXPECT_FALSE(script.is_done(wait));
    answer_all(script, wait, {failed(error::not_json)});
    EXPECT_TRUE(script.is_done(wait));
}

TEST(Failures, AGoodAnswerForgivesBrokenOnes) {
    wait_script script;
    auto& wait = script.start("a", wait_script::timeout(120s));
    answer_all(script, wait,
               {failed(error::not_json), failed(error::not_json), starting(),
                failed(error::not_json), failed(error::not_json)});
    EXPECT_FALSE(script.is_done(wait));
}

TEST(Failures, ANeverEndsTheWaitAtOnce) {
    wait_script script;
    auto& wait = script.start("a", wait_script::timeout(120s));
    observation seen = failed_status(403);
    seen.message = "no";
    script.answer("a", seen);
    ASSERT_TRUE(script.is_done(wait));
    EXPECT_EQ(script.end_of(wait).ec, errc::unauthorized);
    EXPECT_EQ(script.evidence_of(wait).http_status, 403);
    EXPECT_EQ(script.evidence_of(wait).last_message, "no");
}

TEST(Failures, GoneEndsTheWaitWithoutGrace) {
    wait_script script;
    auto& wait = script.start("a", wait_script::timeout(120s));
    script.answer("a", failed_status(404));
    ASSERT_TRUE(script.is_done(wait));
    EXPECT_EQ(script.end_of(wait).ec, errc::room_gone);
}

TEST(Failures, GoneIsNotYetDuringTheGraceOfTheWaitAndEndsItAfterwards) {
    wait_script script;
    wait_options patient = wait_script::timeout(120s);
    patient.not_found_grace = 5s;
    patient.max_failures = 2;
    auto& wait = script.start("a", patient);
    for (int poll = 0; poll < 200 && !script.is_done(wait); ++poll) {
        if (script.polls.empty()) {
            script.run_until(*script.state->next_wake() - script.begin);
        } else {
            script.answer("a", failed_status(404));
        }
    }
    ASSERT_TRUE(script.is_done(wait));
    EXPECT_EQ(script.end_of(wait).ec, errc::room_gone);
    EXPECT_GE(script.end_of(wait).at, 5s);
    EXPECT_GT(script.evidence_of(wait).polls, 3U);
}

TEST(Failures, WhatWasThereAndIsGoneHasNoGrace) {
    wait_script script;
    wait_options patient = wait_script::timeout(120s);
    patient.not_found_grace = 5s;
    auto& wait = script.start("a", patient);
    script.answer("a", failed_status(410));
    ASSERT_TRUE(script.is_done(wait));
    EXPECT_EQ(script.end_of(wait).ec, errc::room_gone);
}

TEST(Failures, EachWaiterOfAKeyHasItsOwnCounters) {
    wait_script script;
    wait_options impatient = wait_script::timeout(120s);
    impatient.max_failures = 1;
    auto& patient = script.start("a", wait_script::timeout(120s));
    auto& hasty = script.start("a", impatient);
    script.answer("a", failed(error::connect_failed));
    EXPECT_TRUE(script.is_done(hasty));
    EXPECT_FALSE(script.is_done(patient));
}

TEST(Failures, BackOffStaysWithinFullJitterOverDoublingSteps) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        auto options = wait_script::make_options();
        options.seed = seed;
        wait_script script(options);
        wait_options patient = wait_script::timeout(1h);
        patient.acceptors = std::make_shared<acceptors>(
            1, acceptor([](const observation&) { return true; }, verdict::not_yet));
        script.start("a", patient);
        duration most = 100ms;
        for (int poll = 0; poll < 10; ++poll) {
            const duration failed_at = script.elapsed;
            // Says nothing about the server, so that the engine's budget stays out of it.
            script.answer("a", failed(error::not_json));
            script.run_until(*script.state->next_wake() - script.begin);
            ASSERT_EQ(script.polls.size(), 1U);
            EXPECT_LE(script.elapsed - failed_at, most + 5ms);
            most = std::min<duration>(most * 2, 5s);
        }
    }
}

TEST(Failures, BackOffBeginsAnewAfterAGoodAnswer) {
    wait_script script;
    auto& wait = script.start("a", wait_script::timeout(1h));
    answer_all(script, wait, std::vector<observation>(8, failed(error::connect_failed)));
    answer_all(script, wait, {starting()});
    answer_all(script, wait, {failed(error::connect_failed)});
    EXPECT_LE(*script.state->next_wake() - script.now(), 100ms);
}

TEST(RetryAfter, IsAFloorForEveryKey) {
    wait_script script;
    script.start("a", wait_script::timeout(60s));
    observation busy = failed_status(429);
    busy.not_before = script.now() + 7s;
    script.answer("a", busy);
    script.start("b", wait_script::timeout(60s));
    script.take_log();
    script.run_until(6999ms);
    EXPECT_EQ(script.take_log(), lines{});
    script.run_until(30s);
    for (const auto& line : script.log) {
        EXPECT_GE(std::stoi(line), 7000) << line;
    }
    EXPECT_EQ(script.polls.size(), 2U);
}

TEST(RetryAfter, ALowerFloorDoesNotReplaceAHigherOne) {
    wait_script script;
    script.start("a", wait_script::timeout(60s));
    script.start("b", wait_script::timeout(60s));
    observation busy = failed_status(429);
    busy.not_before = script.now() + 7s;
    script.answer("a", busy);
    busy.not_before = script.now() - 10s;
    script.answer("b", busy);
    script.take_log();
    script.run_until(6999ms);
    EXPECT_EQ(script.take_log(), lines{});
}

TEST(RetryAfter, WinsOverTheLastPollAndIsTheEvidenceAtTheDeadline) {
    wait_script script;
    auto& wait = script.start("a", wait_script::timeout(5s));
    observation busy = failed_status(429);
    busy.not_before = script.now() + 60s;
    script.answer("a", busy);
    script.run_until(10s);
    EXPECT_EQ(script.take_log(), (lines{"0 poll a until 5000", "5000 done a timeout"}));
    EXPECT_EQ(script.end_of(wait).ec, error_code(error::deadline_passed));
    EXPECT_EQ(script.evidence_of(wait).last_error, make_http_status_error(429));
    EXPECT_EQ(script.evidence_of(wait).http_status, 429);
}

TEST(RetryAfter, PollsResumeWithoutABurst) {
    auto options = wait_script::make_options();
    options.max_in_flight = 3;
    wait_script script(options);
    for (int key = 0; key < 20; ++key) {
        script.start(std::to_string(key), wait_script::timeout(60s));
    }
    observation busy = failed_status(503);
    busy.not_before = script.now() + 4s;
    for (const char* key : {"0", "1", "2"}) {
        script.answer(key, busy);
    }
    script.run_until(3999ms);
    EXPECT_EQ(script.state->metrics(script.now()).in_flight, 0U);
    EXPECT_GT(script.state->metrics(script.now()).held_back, 0ms);
    script.run_until(4500ms);
    EXPECT_LE(script.state->metrics(script.now()).in_flight, 1U);
    script.run_until(20s);
    EXPECT_GE(script.state->metrics(script.now()).in_flight, 1U);
    EXPECT_GE(script.state->metrics(script.now()).queued, 17U);
}

TEST(RetryAfter, IsToldInTheProgress) {
    wait_script script;
    wait_options options = wait_script::timeout(60s);
    std::vector<std::string> told;
    options.on_progress = [&](const wait_event& event) {
        told.push_back(std::string(event.key) + " " + event.error.message() + " " +
                       wait_script::milliseconds(event.retry_in));
        EXPECT_EQ(event.what, wait_event::kind::retrying);
    };
    script.start("a", options);
    observation busy = failed_status(429);
    busy.not_before = script.now() + 9s;
    script.answer("a", busy);
    EXPECT_EQ(told, lines{"a the server answered with HTTP status 429 9000"});
}

TEST(Progress, TellsPollsAndThenReady) {
    wait_script script;
    wait_options options = wait_script::timeout(60s);
    std::vector<wait_event::kind> told;
    std::vector<std::string> status;
    options.on_progress = [&](const wait_event& event) {
        told.push_back(event.what);
        status.emplace_back(event.status);
    };
    auto& wait = script.start("a", options);
    answer_all(script, wait, {starting(), ready()});
    EXPECT_EQ(told, (std::vector{wait_event::kind::polled, wait_event::kind::ready}));
    EXPECT_EQ(status, (lines{"starting", "active"}));
}

TEST(Callbacks, ThatThrowLeaveTheWaitUnderWay) {
    wait_script script;
    wait_options options = wait_script::timeout(60s);
    auto list = std::make_shared<acceptors>();
    list->emplace_back(
        [](const observation& seen) {
            if (seen.state == observed_state::starting) {
                throw std::runtime_error("acceptor");
            }
            return true;
        },
        verdict::ready);
    options.acceptors = list;
    options.on_progress = [](const wait_event&) {
        throw std::runtime_error("progress");
    };
    class bad_cadence final : public cadence {
        duration pause(const cadence_input&) override { throw std::runtime_error("cadence"); }
    };
    options.cadence = std::make_shared<bad_cadence>();
    auto& wait = script.start("a", options);
    auto& other = script.start("a", wait_script::timeout(60s));
    script.answer("a", starting());
    script.run_until(1s);
    script.answer("a", ready());
    EXPECT_EQ(script.take_log(),
              (lines{"0 poll a until 10000", "0 caught acceptor", "0 caught cadence",
                     "0 caught progress", "1000 poll a until 11000", "1000 caught progress",
                     "1000 done a ready", "1000 done a ready"}));
    EXPECT_TRUE(script.is_done(wait));
    EXPECT_TRUE(script.is_done(other));
}

} // namespace
} // namespace roomport::wait_detail
