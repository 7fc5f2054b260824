// What is kept of what was seen, in little memory, comes back as it was.

#include "wait/history/seen_history.hpp"

#include "unit/wait/wait_script.hpp"

#include <gtest/gtest.h>

namespace roomport::wait_detail {
namespace {

using namespace std::chrono_literals;

class SeenHistory : public ::testing::Test {
protected:
    observation recorded(const observation& seen) {
        history.record(seen, words);
        return history.last(words);
    }

    static observation plain() {
        observation seen = starting(20s);
        seen.round_trip = 1500us;
        seen.times.queue = 10us;
        seen.times.first_byte = 1300us;
        seen.times.read = 200us;
        return seen;
    }

    static void expect_equal(const observation& left, const observation& right) {
        EXPECT_EQ(left.state, right.state);
        EXPECT_EQ(left.status, right.status);
        EXPECT_EQ(left.error, right.error);
        EXPECT_EQ(left.message, right.message);
        EXPECT_EQ(left.http_status, right.http_status);
        EXPECT_EQ(left.round_trip, right.round_trip);
        EXPECT_EQ(left.held, right.held);
        EXPECT_EQ(left.hold_limit, right.hold_limit);
        EXPECT_EQ(left.times, right.times);
        EXPECT_EQ(left.not_before, right.not_before);
        EXPECT_EQ(left.exposed_port, right.exposed_port);
    }

    word_table words;
    seen_history history;
};

TEST_F(SeenHistory, GivesBackAPlainAnswer) {
    expect_equal(recorded(plain()), plain());
    observation held = plain();
    held.held = true;
    expect_equal(recorded(held), held);
}

TEST_F(SeenHistory, GivesBackWhatIsUnusual) {
    std::vector<observation> all(9, plain());
    all[0].message = "said something";
    all[1].times.connect = 3ms;
    all[2].hold_limit = 1500ms;
    all[3].status = std::string(500, 'x');
    all[4].exposed_port.port = 7;
    all[5].times.queue = 24h;
    all[6] = failed(error::connect_failed);
    all[7] = ready(9);
    all[8].not_before = time_point() + 5s;
    for (const auto& one : all) {
        expect_equal(recorded(one), one);
        expect_equal(recorded(plain()), plain());
    }
    EXPECT_EQ(history.count(), 18U);
}

TEST_F(SeenHistory, SumsTheTimesOfAll) {
    history.record(plain(), words);
    observation connected = plain();
    connected.times.connect = 3ms;
    history.record(connected, words);
    history.record(plain(), words);
    EXPECT_EQ(history.times().queue, 30us);
    EXPECT_EQ(history.times().connect, 3ms);
    EXPECT_EQ(history.times().read, 600us);
    EXPECT_EQ(history.last_times(), plain().times);
}

TEST_F(SeenHistory, SumsMoreThanFitsInShort) {
    observation slow = plain();
    slow.times.queue = 300s;
    for (int poll = 0; poll < 4; ++poll) {
        history.record(slow, words);
    }
    EXPECT_EQ(history.times().queue, 1200s);
}

TEST_F(SeenHistory, RemembersStatusAndHttpStatusThroughSilence) {
    history.record(plain(), words);
    history.record(failed(error::connect_failed), words);
    history.record(failed(error::connection_closed), words);
    EXPECT_EQ(history.status(words, 0), "starting");
    EXPECT_EQ(history.http_status(0), 200);
    EXPECT_EQ(history.status(words, 1), "") << "one who came later never saw it";
    EXPECT_EQ(history.http_status(1), 0);
    EXPECT_EQ(history.failure(), error_code(error::connection_closed));
    history.record(failed_status(503), words);
    EXPECT_EQ(history.http_status(1), 503);
    EXPECT_EQ(history.status(words, 0), "starting");
    history.record(plain(), words);
    EXPECT_FALSE(history.failure().failed());
    EXPECT_EQ(history.status(words, 4), "starting");
    EXPECT_EQ(history.status(words, 5), "");
}

TEST_F(SeenHistory, CopesWithMoreWordsThanTheTableTakes) {
    for (int word = 0; word < 300; ++word) {
        observation seen = plain();
        seen.status = "word" + std::to_string(word);
        expect_equal(recorded(seen), seen);
    }
}

} // namespace
} // namespace roomport::wait_detail
