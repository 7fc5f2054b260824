#include "server/api/held_answers.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using roomport::server::held_answers;
namespace httpd = roomport::httpd;

/// A caller who notes what is sent and may leave.
class caller final : public httpd::responder {
public:
    void send(httpd::response answer) override { received.push_back(std::move(answer.body)); }
    void on_abandoned(std::function<void()> callback) override { abandoned_ = std::move(callback); }
    bool hold(std::size_t) override { return may_hold; }
    void leave() { std::exchange(abandoned_, nullptr)(); }

    std::vector<std::string> received;
    bool may_hold = true;

private:
    std::function<void()> abandoned_;
};

class HeldAnswers : public testing::Test {
protected:
    std::shared_ptr<caller> hold(const std::vector<std::string>& rooms,
                                 roomport::duration patience = 1h) {
        auto asking = std::make_shared<caller>();
        held.hold(
            rooms, [this] { return httpd::response(200, world); }, asking, patience);
        return asking;
    }

    // All that becomes due in the settling time, and some more.
    void settle() {
        context.restart();
        context.run_for(held_answers::settling_time + 20ms);
    }

    boost::asio::io_context context;
    std::string world = "before";
    held_answers held{context};
};

TEST_F(HeldAnswers, AnAnswerAboutOneRoomIsGivenAtOnce) {
    const auto asking = hold({"a"});
    held.release("b");
    EXPECT_TRUE(asking->received.empty());
    world = "after";
    held.release("a");
    EXPECT_EQ(asking->received, (std::vector<std::string>{"after"}));
    held.release("a");
    held.release_all();
    EXPECT_EQ(asking->received.size(), 1U);
}

TEST_F(HeldAnswers, ChangesThatComeTogetherAreToldInOneAnswer) {
    const auto asking = hold({"a", "b", "c"});
    const auto other = hold({"x", "y"});
    held.release("b");
    world = "after all";
    held.release("c");
    held.release("b");
    EXPECT_TRUE(asking->received.empty());
    settle();
    EXPECT_EQ(asking->received, (std::vector<std::string>{"after all"}));
    EXPECT_TRUE(other->received.empty());
    held.release("a");
    held.release("y");
    settle();
    EXPECT_EQ(asking->received.size(), 1U);
    EXPECT_EQ(other->received.size(), 1U);
}

TEST_F(HeldAnswers, AnAnswerIsGivenWhenItsTimeIsOver) {
    const auto asking = hold({"a", "b"}, 10ms);
    context.run_for(2s);
    EXPECT_EQ(asking->received, (std::vector<std::string>{"before"}));
    held.release("a");
    settle();
    EXPECT_EQ(asking->received.size(), 1U);
}

TEST_F(HeldAnswers, WhoLeavesGetsNothing) {
    const auto gone = hold({"a", "b"});
    const auto gone_while_settling = hold({"a", "c"});
    const auto stays = hold({"a", "b"});
    gone->leave();
    held.release("a");
    gone_while_settling->leave();
    settle();
    EXPECT_TRUE(gone->received.empty());
    EXPECT_TRUE(gone_while_settling->received.empty());
    EXPECT_EQ(stays->received.size(), 1U);
}

TEST_F(HeldAnswers, AllAreGivenAtTheEnd) {
    const auto one = hold({"a"});
    const auto many = hold({"a", "b"});
    held.release("b");
    held.release_all();
    EXPECT_EQ(one->received.size(), 1U);
    EXPECT_EQ(many->received.size(), 1U);
    settle();
    EXPECT_EQ(many->received.size(), 1U);
}

TEST_F(HeldAnswers, ManyAreGivenInPortions) {
    std::vector<std::shared_ptr<caller>> callers;
    for (std::size_t i = 0; i < 3 * held_answers::portion; ++i) {
        callers.push_back(i % 2 == 0 ? hold({"a"}) : hold({"a", "b"}));
    }
    const auto given = [&] {
        return static_cast<std::size_t>(
            std::count_if(callers.begin(), callers.end(),
                          [](const auto& each) { return !each->received.empty(); }));
    };
    held.release("a");
    std::size_t before = given();
    EXPECT_LE(before, held_answers::portion);
    while (given() < callers.size()) {
        context.restart();
        ASSERT_NE(context.run_one_for(10s), 0U);
        EXPECT_LE(given() - before, held_answers::portion);
        before = given();
    }
    for (const auto& each : callers) {
        EXPECT_EQ(each->received.size(), 1U);
    }
}

TEST_F(HeldAnswers, WhoMayNotHoldIsForgotten) {
    auto asking = std::make_shared<caller>();
    asking->may_hold = false;
    held.hold(
        {"a"}, [] { return httpd::response(200, ""); }, asking, 1h);
    held.release("a");
    EXPECT_TRUE(asking->received.empty());
    EXPECT_EQ(asking.use_count(), 1);
}

TEST_F(HeldAnswers, ManyAnswersAboutManyRoomsAreFoundByRoom) {
    std::vector<std::shared_ptr<caller>> callers;
    for (int group = 0; group < 500; ++group) {
        std::vector<std::string> rooms;
        for (int i = 0; i < 200; ++i) {
            rooms.push_back(std::to_string(group) + "-" + std::to_string(i));
        }
        callers.push_back(hold(rooms));
    }
    held.release("123-45");
    settle();
    for (std::size_t i = 0; i < callers.size(); ++i) {
        EXPECT_EQ(callers[i]->received.size(), i == 123 ? 1U : 0U);
    }
}

} // namespace
