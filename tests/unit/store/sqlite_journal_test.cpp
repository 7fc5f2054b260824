#include "store/sqlite_journal.hpp"

#include "store/store_error.hpp"
#include "unit/store/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <optional>

namespace roomport::store {
namespace {

using allocation::record;
using allocation::record_state;
using testing::HasSubstr;

record record_of(const std::string& room, record_state state, unsigned generation = 1) {
    record made;
    made.what.owner = "o";
    made.what.app_id = "a";
    made.what.room_id = room;
    made.what.generation = generation;
    made.what.region = "Frankfurt";
    made.what.config = std::string("{\"a\":\0}", 7);
    made.state = state;
    return made;
}

/// What opening the file says; empty: nothing is wrong with it.
std::string problem_of(const std::filesystem::path& file) {
    try {
        sqlite_journal opened(file);
        return {};
    } catch (const store_error& wrong) {
        return wrong.what();
    }
}

TEST(SqliteJournal, HoldsTheLastRecordOfEachGeneration) {
    const temporary_folder folder;
    auto last = record_of("r", record_state::allocated);
    last.key = "k";
    last.was_alive = true;
    last.was_active = true;
    last.reason = "because";
    const auto other = record_of("r", record_state::intended, 2);
    const auto before = std::chrono::system_clock::now() - std::chrono::milliseconds(1);
    {
        sqlite_journal opened(folder.file("rooms.db"));
        opened.commit({record_of("r", record_state::intended), other});
        opened.commit({last});
    }
    sqlite_journal again(folder.file("rooms.db"));
    const auto content = again.load();
    EXPECT_THAT(content.records, testing::ElementsAre(last, other));
    EXPECT_GE(content.made_at, before);
    EXPECT_LE(content.made_at, std::chrono::system_clock::now());
}

TEST(SqliteJournal, IsForItsOwnerOnly) {
    const temporary_folder folder;
    sqlite_journal opened(folder.file("rooms.db"));
    opened.commit({record_of("r", record_state::sent)});
    for (const char* name : {"rooms.db", "rooms.db-wal", "rooms.db-shm"}) {
        struct stat facts {};
        ASSERT_EQ(::stat(folder.file(name).c_str(), &facts), 0) << name;
        EXPECT_EQ(facts.st_mode & 0777U, 0600U) << name;
    }
}

TEST(SqliteJournal, LosesNothingThatWasCommittedWhenItsProcessIsKilled) {
    const temporary_folder folder;
    unsigned acknowledged = 0;
    for (int round = 0; round < 8; ++round) {
        std::array<int, 2> ends{};
        ASSERT_EQ(::pipe(ends.data()), 0);
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            sqlite_journal opened(folder.file("rooms.db"));
            for (unsigned next = acknowledged + 1;; ++next) {
                opened.commit({record_of("r" + std::to_string(next), record_state::intended)});
                if (::write(ends[1], &next, sizeof next) != sizeof next) {
                    ::_exit(1);
                }
            }
        }
        ::close(ends[1]);
        unsigned last = acknowledged;
        const unsigned enough = acknowledged + 5 + static_cast<unsigned>(round) * 7;
        while (last < enough && ::read(ends[0], &last, sizeof last) == sizeof last) {
        }
        ::kill(child, SIGKILL);
        while (::read(ends[0], &last, sizeof last) == sizeof last) {
        }
        ::close(ends[0]);
        ::waitpid(child, nullptr, 0);
        ASSERT_GE(last, enough);
        sqlite_journal again(folder.file("rooms.db"));
        EXPECT_GE(again.load().records.size(), last);
        acknowledged = static_cast<unsigned>(again.load().records.size());
    }
}

TEST(SqliteJournal, SaysThatAFileIsDamaged) {
    const temporary_folder folder;
    const auto file = folder.file("rooms.db");
    {
        sqlite_journal opened(file);
        std::vector<record> many;
        for (int i = 0; i < 1000; ++i) {
            many.push_back(record_of("room" + std::to_string(i), record_state::intended));
        }
        opened.commit(many);
    }
    ASSERT_EQ(problem_of(file), "");
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    const std::string junk(3 * 4096, 'x');
    bytes.seekp(4 * 4096);
    bytes.write(junk.data(), static_cast<std::streamsize>(junk.size()));
    bytes.close();
    EXPECT_THAT(problem_of(file), HasSubstr("rooms.db"));
    EXPECT_THAT(problem_of(file), HasSubstr("damaged"));
    EXPECT_THAT(problem_of(file), HasSubstr("put back a copy"));
}

TEST(SqliteJournal, RefusesWhatIsNotItsFile) {
    const temporary_folder folder;
    std::ofstream(folder.file("text.db")) << std::string(5000, 'x');
    EXPECT_THAT(problem_of(folder.file("text.db")), HasSubstr("damaged"));
    {
        const sqlite_database other(folder.file("other.db"));
        other.run("CREATE TABLE t (a)");
    }
    EXPECT_THAT(problem_of(folder.file("other.db")), HasSubstr("another program's"));
    {
        sqlite_journal made(folder.file("newer.db"));
        const sqlite_database same(folder.file("newer.db"));
        same.run("PRAGMA user_version = 2");
    }
    EXPECT_THAT(problem_of(folder.file("newer.db")), HasSubstr("newer release"));
    EXPECT_THAT(problem_of(folder.file("no/such/folder.db")), HasSubstr("can't be opened"));
}

TEST(SqliteJournal, SaysThatAnotherProgramHasLockedTheFile) {
    const temporary_folder folder;
    sqlite_journal opened(folder.file("rooms.db"));
    const sqlite_database other(folder.file("rooms.db"));
    other.run("BEGIN IMMEDIATE");
    try {
        opened.commit({record_of("r", record_state::intended)});
        ADD_FAILURE() << "nothing was said";
    } catch (const store_error& wrong) {
        EXPECT_THAT(wrong.what(), HasSubstr("another program has locked the file"));
    }
    other.run("COMMIT");
    opened.commit({record_of("r", record_state::intended)});
    EXPECT_EQ(opened.load().records.size(), 1U);
}

/// Files of this process can't grow beyond a size.
class file_size_limit {
public:
    explicit file_size_limit(rlim_t most) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        rlimit now = before_;
        now.rlim_cur = most;
        ::setrlimit(RLIMIT_FSIZE, &now);
        signal_before_ = std::signal(SIGXFSZ, SIG_IGN);
    }
    file_size_limit(const file_size_limit&) = delete;
    file_size_limit& operator=(const file_size_limit&) = delete;
    ~file_size_limit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, signal_before_);
    }

private:
    rlimit before_{};
    void (*signal_before_)(int) = SIG_DFL;
};

TEST(SqliteJournal, LosesNothingWhenTheFileCanNotGrow) {
    const temporary_folder folder;
    sqlite_journal opened(folder.file("rooms.db"));
    unsigned lasting = 0;
    {
        const file_size_limit limit(rlim_t{256} * 1024);
        try {
            for (; lasting < 10000; ++lasting) {
                opened.commit({record_of("r" + std::to_string(lasting), record_state::intended)});
            }
            ADD_FAILURE() << "the file had no end";
        } catch (const store_error& wrong) {
            EXPECT_THAT(wrong.what(), HasSubstr("rooms.db can't be used"));
        }
        EXPECT_EQ(opened.load().records.size(), lasting);
    }
    opened.commit({record_of("later", record_state::intended)});
    sqlite_journal again(folder.file("rooms.db"));
    EXPECT_EQ(again.load().records.size(), lasting + 1);
}

TEST(SqliteJournal, ForgetsOnlyWhatEndedLongAgo) {
    const temporary_folder folder;
    {
        sqlite_journal opened(folder.file("rooms.db"));
        opened.commit({record_of("ended-long-ago", record_state::ended),
                       record_of("living-for-long", record_state::allocated)});
        const sqlite_database other(folder.file("rooms.db"));
        other.run("UPDATE record SET changed_at = changed_at - 3700000");
    }
    sqlite_journal again(folder.file("rooms.db"));
    again.commit({record_of("ended-now", record_state::ended)});
    std::vector<std::string> rooms;
    for (const auto& each : again.load().records) {
        rooms.push_back(each.what.room_id);
    }
    EXPECT_THAT(rooms, testing::ElementsAre("ended-now", "living-for-long"));
}

} // namespace
} // namespace roomport::store
