#include "wait/action_queue.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

/// What is left in the queue, a word for each action: what it does, to which poll, with which keys.
std::vector<std::string> take_all(action_queue& queue) {
    std::vector<std::string> taken;
    while (const auto action = queue.next()) {
        if (const auto* begun = std::get_if<start_poll>(&*action)) {
            std::string told = "start " + std::to_string(begun->poll);
            for (const std::string_view key : begun->keys) {
                told.append(" ").append(key);
            }
            taken.push_back(told);
        } else if (const auto* left = std::get_if<cancel_poll>(&*action)) {
            taken.push_back("cancel " + std::to_string(left->poll));
        } else if (std::holds_alternative<complete_wait>(*action)) {
            taken.emplace_back("complete");
        } else if (std::holds_alternative<report_progress>(*action)) {
            taken.emplace_back("report");
        } else {
            taken.emplace_back("caught");
        }
    }
    return taken;
}

void queue_poll(action_queue& queue, poll_id poll, const std::vector<std::string>& keys) {
    std::size_t bytes = 0;
    for (const auto& key : keys) {
        bytes += key.size();
    }
    queue.reserve(poll + 1, keys.size(), bytes);
    queue.start(poll, keys.size() > 1, 0s, time_point());
    for (const auto& key : keys) {
        queue.add_key(key);
    }
}

} // namespace

TEST(ActionQueue, IsEmptyAtFirst) {
    action_queue queue;
    EXPECT_FALSE(queue.next());
}

TEST(ActionQueue, GivesEachPollItsOwnKeys) {
    action_queue queue;
    queue_poll(queue, 0, {"a"});
    queue_poll(queue, 1, {"bb", "", "ccc"});
    queue_poll(queue, 2, {"d"});
    EXPECT_EQ(take_all(queue),
              (std::vector<std::string>{"start 0 a", "start 1 bb  ccc", "start 2 d"}));
}

TEST(ActionQueue, KeepsAKeyThatIsForgottenBeforeThePollBegins) {
    action_queue queue;
    std::string key = "a key that is longer than any text that lies in its object";
    queue_poll(queue, 0, {key});
    const std::string expected = "start 0 " + key;
    key.assign(key.size(), 'x');
    EXPECT_EQ(take_all(queue), std::vector<std::string>{expected});
}

TEST(ActionQueue, KeepsEndedWaitsInTheirPlaceAmongTheOtherActions) {
    action_queue queue;
    waiter first{settings_pointer(), time_point()};
    waiter second{settings_pointer(), time_point()};
    waiter third{settings_pointer(), time_point()};
    for (waiter* one : {&first, &second, &third}) {
        one->end(plain_end::cancelled);
    }
    queue.complete(first);
    queue_poll(queue, 0, {"a"});
    queue.complete(second);
    queue.complete(third);
    queue.cancel(0);
    std::vector<const waiter*> ended;
    std::vector<std::size_t> kinds;
    while (const auto action = queue.next()) {
        kinds.push_back(action->index());
        if (const auto* over = std::get_if<complete_wait>(&*action)) {
            ended.push_back(over->over);
        }
    }
    EXPECT_EQ(ended, (std::vector<const waiter*>{&first, &second, &third}));
    const std::size_t completes = wait_action(complete_wait()).index();
    EXPECT_EQ(kinds,
              (std::vector<std::size_t>{completes, wait_action(start_poll()).index(), completes,
                                        completes, wait_action(cancel_poll()).index()}));
}

TEST(ActionQueue, TakesInWhatIsAskedForWhileActionsAreTakenOut) {
    action_queue queue;
    waiter over{settings_pointer(), time_point()};
    over.end(plain_end::cancelled);
    queue_poll(queue, 0, {"a"});
    ASSERT_TRUE(queue.next());
    queue_poll(queue, 1, {"b"});
    queue.complete(over);
    queue.cancel(0);
    EXPECT_EQ(take_all(queue), (std::vector<std::string>{"start 1 b", "complete", "cancel 0"}));
}

TEST(ActionQueue, IsUsedAgainOnceAllActionsAreTakenOut) {
    action_queue queue;
    for (int round = 0; round < 3; ++round) {
        queue_poll(queue, 0, {"a", "b"});
        queue.cancel(0);
        EXPECT_EQ(take_all(queue), (std::vector<std::string>{"start 0 a b", "cancel 0"}));
    }
}

TEST(ActionQueue, TellsWhatWasThrownAndNothingWhereThereIsNoReport) {
    action_queue queue;
    queue.report(nullptr);
    queue.caught(std::make_exception_ptr(std::runtime_error("a cadence failed")));
    const auto action = queue.next();
    ASSERT_TRUE(action);
    const auto* caught = std::get_if<exception_caught>(&*action);
    ASSERT_NE(caught, nullptr);
    EXPECT_THROW(std::rethrow_exception(caught->thrown), std::runtime_error);
    EXPECT_FALSE(queue.next());
}

} // namespace roomport::wait_detail
