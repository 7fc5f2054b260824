// Polls of many keys of which something cannot be done: the other keys, and the polls of others, don't suffer from it.

#include "batch_fixture.hpp"

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

TEST_F(BatchPolls, TakeInTheOtherKeysWhereTheEndOfOneCannotBeTold) {
    queue({"a", "b", "c"});
    auto& last = start("d", 500ms);
    script.take_log();
    script.ends_that_fail = 1;
    script.answer_batch(answers({ready(), starting(), ready()}));
    EXPECT_EQ(script.take_log(),
              (lines{"0 caught std::bad_alloc", "0 done c ready", "0 poll d until 500"}));
    script.answer("d", starting());
    script.run_until(400ms);
    ASSERT_EQ(script.polls.size(), 1U);
    EXPECT_EQ(script.polls.front().key, "a") << "it is seen again soon";
    script.run_until(500ms);
    EXPECT_TRUE(script.is_done(last));
    script.answer("a", ready());
    script.take_log();
    script.run_until(1s);
    EXPECT_EQ(script.take_log(), lines{"1000 poll b until 11000"});
}

TEST_F(BatchPolls, LeaveThePollsOfOthersAloneWhereTheEndOfOneCannotBeTold) {
    start("first");
    auto& stuck = start("a", 5s);
    auto& passed = start("b", 5s);
    script.answer("first", ready());
    script.ends_that_fail = 1;
    script.answer_batch(answers({ready(), starting()}));
    script.batch.most = 0;
    // Takes over the number of the poll that is over.
    auto& other = start("other");
    script.take_log();
    script.run_until(5s);
    EXPECT_TRUE(script.is_done(stuck));
    EXPECT_TRUE(script.is_done(passed));
    EXPECT_FALSE(script.is_done(other));
    script.answer("other", ready(5));
    ASSERT_TRUE(script.is_done(other));
    EXPECT_EQ(script.end_of(other).result.exposed_port.port, 5);
    EXPECT_EQ(script.state->metrics(script.now()).in_flight, 0U);
}

TEST_F(BatchPolls, ThatCannotBeginAreFailedOnesOfEachKey) {
    start("first");
    start("a");
    start("b");
    script.take_log();
    script.polls_that_fail = 1;
    script.answer("first", ready());
    EXPECT_EQ(script.take_log(), lines{"0 done first ready"});
    EXPECT_EQ(script.state->metrics(script.now()).in_flight, 1U);
    EXPECT_EQ(script.state->next_wake(), script.now());
    script.run_until(0s);
    EXPECT_EQ(script.state->metrics(script.now()).in_flight, 0U);
    EXPECT_EQ(script.state->metrics(script.now()).failures, 1U);
    script.run_until(1s);
    EXPECT_FALSE(script.polls.empty()) << "they are polled again";
}

TEST_F(BatchPolls, AreImpossibleWhileTheObserverOffersNone) {
    script.batch = batch_terms();
    queue({"a", "b"});
    EXPECT_EQ(script.take_log().back(), "0 poll a until 10000");
    script.answer("a", starting());
    script.batch.most = 4;
    script.answer("b", starting());
    script.run_until(1s);
    EXPECT_EQ(script.take_log().back(), "1000 poll a+b until 11000");
}

TEST_F(BatchPolls, GoOnForAllKeysWhereTheObserverOffersNoneForAMoment) {
    queue({"a", "b"});
    script.batch = batch_terms();
    script.answer_batch(answers({starting(), starting()}));
    script.batch.most = 4;
    script.take_log();
    script.run_until(1s);
    EXPECT_EQ(script.take_log(), lines{"1000 poll a+b until 11000"});
    EXPECT_EQ(script.state->metrics(script.now()).in_flight, 1U);
}

} // namespace
} // namespace roomport::wait_detail
