// Polls of many keys that cannot begin, or that nobody offers.

#include "batch_fixture.hpp"

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

TEST_F(BatchPolls, ThatCannotBeginAreFailedOnesOfEachKey) {
    start("first");
    start("a");
    start("b");
    script.take_log();
    script.polls_that_fail = 1;
    script.answer("first", ready());
    EXPECT_EQ(script.take_log(), lines{"0 done first ready"});
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
