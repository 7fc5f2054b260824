#include "store/journal_thread.hpp"

#include "unit/store/temporary_folder.hpp"

#include <boost/asio/io_context.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace roomport::store {
namespace {

allocation::record record_of_room(const std::string& room) {
    allocation::record made;
    made.what.owner = "o";
    made.what.app_id = "a";
    made.what.room_id = room;
    return made;
}

TEST(JournalThread, SaysOnTheCallersThreadThatRecordsLast) {
    const temporary_folder folder;
    boost::asio::io_context context;
    const auto guard = boost::asio::make_work_guard(context);
    {
        journal_thread journal(context.get_executor(), sqlite_journal(folder.file("rooms.db")));
        const auto here = std::this_thread::get_id();
        bool is_done = false;
        journal.commit({record_of_room("r"), record_of_room("s")}, [&](const std::string& problem) {
            EXPECT_EQ(problem, "");
            EXPECT_EQ(std::this_thread::get_id(), here);
            is_done = true;
        });
        EXPECT_FALSE(is_done);
        while (!is_done) {
            context.run_one();
        }
        sqlite_journal other(folder.file("rooms.db"));
        EXPECT_EQ(other.load().records.size(), 2U);
    }
}

TEST(JournalThread, SaysWhyRecordsDoNotLastAndGoesOn) {
    const temporary_folder folder;
    boost::asio::io_context context;
    const auto guard = boost::asio::make_work_guard(context);
    journal_thread journal(context.get_executor(), sqlite_journal(folder.file("rooms.db")));
    const sqlite_database other(folder.file("rooms.db"));
    other.run("BEGIN IMMEDIATE");
    std::vector<std::string> said;
    const auto commit = [&] {
        const auto before = said.size();
        journal.commit({record_of_room("r")},
                       [&](const std::string& problem) { said.push_back(problem); });
        while (said.size() == before) {
            context.run_one();
        }
    };
    commit();
    other.run("COMMIT");
    commit();
    EXPECT_THAT(said, testing::ElementsAre(testing::HasSubstr("locked"), ""));
}

TEST(JournalThread, FinishesWhatIsUnderWayAndCallsNobodyOnceItIsGone) {
    const temporary_folder folder;
    boost::asio::io_context context;
    {
        journal_thread journal(context.get_executor(), sqlite_journal(folder.file("rooms.db")));
        journal.commit({record_of_room("r")},
                       [](const std::string&) { ADD_FAILURE() << "nobody is there any more"; });
    }
    context.run();
    sqlite_journal other(folder.file("rooms.db"));
    EXPECT_EQ(other.load().records.size(), 1U);
}

} // namespace
} // namespace roomport::store
