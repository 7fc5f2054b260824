#include "program/service_facts.hpp"
#include "program/usage_error.hpp"
#include "server/service/state_directory.hpp"

#include "program/files.hpp"
#include "program/token_check.hpp"

#include <gtest/gtest.h>

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <system_error>

namespace {

using namespace roomport::server;
using roomport::secret;
using roomport::program::file_kind;
using roomport::program::usage_error;
namespace fs = std::filesystem;

/// Somebody who is neither this user nor root; only root can give files away.
constexpr uid_t somebody_else = 65534;

class StateDirectory : public testing::Test {
protected:
    StateDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "roomport-XXXXXX").string();
        folder = ::mkdtemp(name.data());
    }
    ~StateDirectory() override { std::filesystem::remove_all(folder); }
    std::filesystem::path folder;
};

TEST_F(StateDirectory, IsHeldByOneAtATime) {
    {
        const auto held = state_directory::open(folder / "a/b");
        EXPECT_THROW(state_directory::open(folder / "a/b"), roomport::program::usage_error);
    }
    EXPECT_NO_THROW(state_directory::open(folder / "a/b"));
    EXPECT_EQ(std::filesystem::status(folder / "a/b").permissions(),
              std::filesystem::perms::owner_all);
}

TEST_F(StateDirectory, KeepsItsMarker) {
    const auto first = state_directory::open(folder / "a");
    const auto second = state_directory::open(folder / "b");
    EXPECT_EQ(first.marker(), first.marker());
    EXPECT_NE(first.marker(), second.marker());
}

TEST_F(StateDirectory, AMarkerThatACrashDamagedIsMadeAnew) {
    const auto state = state_directory::open(folder);
    for (const std::string& damaged :
         {std::string(), std::string(100, '\0'), std::string(32, 'x')}) {
        roomport::program::write_file(folder / "marker", damaged, file_kind::secret);
        const auto marker = state.marker();
        EXPECT_NE(marker, damaged);
        EXPECT_EQ(marker.size(), 32U);
        EXPECT_EQ(state.marker(), marker) << "it stays";
    }
}

TEST_F(StateDirectory, MakesATokenOnceAndDropsTheFinalNewline) {
    const auto state = state_directory::open(folder / "s");
    const auto made = state.load_or_make_secret(folder / "t");
    EXPECT_EQ(made.reveal().size(), 64U);
    EXPECT_EQ(state.load_or_make_secret(folder / "t").reveal(), made.reveal());
    roomport::program::write_file(folder / "u", "abc\r\n", file_kind::secret);
    EXPECT_EQ(state.load_or_make_secret(folder / "u").reveal(), "abc");
    for (const char* bad : {"", "\n", "a b", "a\nb", "\x80"}) {
        roomport::program::write_file(folder / "v", bad, file_kind::secret);
        EXPECT_THROW(state.load_or_make_secret(folder / "v"), roomport::program::usage_error);
    }
}

TEST_F(StateDirectory, IsRefusedWhenOthersMayPutFilesThere) {
    for (const auto bit : {fs::perms::group_write, fs::perms::others_write}) {
        fs::permissions(folder, fs::perms::owner_all | bit);
        EXPECT_THROW(state_directory::open(folder), usage_error);
        EXPECT_TRUE(fs::is_empty(folder)) << "nothing was touched";
    }
    if (::geteuid() == 0) {
        fs::permissions(folder, fs::perms::owner_all);
        ASSERT_EQ(::chown(folder.c_str(), somebody_else, somebody_else), 0);
        EXPECT_THROW(state_directory::open(folder), usage_error);
        EXPECT_TRUE(fs::is_empty(folder)) << "nothing was touched";
    }
}

TEST_F(StateDirectory, NeitherMakesNorChangesWhatALinkLeadsTo) {
    const auto elsewhere = folder / "elsewhere";
    const auto target = folder / "state";
    ASSERT_TRUE(fs::create_directory(target));
    fs::create_symlink(elsewhere, target / "lock");
    EXPECT_THROW(state_directory::open(target), usage_error);
    EXPECT_FALSE(fs::exists(elsewhere));
    fs::remove(target / "lock");

    const auto state = state_directory::open(target);
    roomport::program::write_file(elsewhere, std::string(32, 'a'), file_kind::plain);
    for (const char* name : {"marker", "token", "app-secret"}) {
        fs::create_symlink(elsewhere, target / name);
        EXPECT_THROW(state.load_or_make_secret(state.file(name)), usage_error) << name;
    }
    EXPECT_THROW(state.marker(), usage_error);
    EXPECT_EQ(fs::status(elsewhere).permissions(), static_cast<fs::perms>(0644));
}

TEST_F(StateDirectory, TakesNoSecretThatSomebodyElseMayHavePutThere) {
    const auto state = state_directory::open(folder / "s");
    const auto planted = [&](const fs::path& where) {
        roomport::program::write_file(where, "planted", file_kind::secret);
        return where;
    };
    for (const auto& where : {planted(state.file("token")), planted(folder / "given")}) {
        for (const auto bit : {fs::perms::group_write, fs::perms::others_write}) {
            fs::permissions(where, fs::perms::owner_read | bit);
            EXPECT_THROW(state.load_or_make_secret(where), usage_error) << where;
        }
        if (::geteuid() == 0) {
            fs::permissions(where, fs::perms::owner_read);
            ASSERT_EQ(::chown(where.c_str(), somebody_else, somebody_else), 0);
            EXPECT_THROW(state.load_or_make_secret(where), usage_error) << where;
        }
    }
}

TEST_F(StateDirectory, TakesAwayASecretOfItsOwnThatOthersCanRead) {
    const auto state = state_directory::open(folder / "s");
    roomport::program::write_file(state.file("token"), "abc", file_kind::plain);
    EXPECT_EQ(state.load_or_make_secret(state.file("token")).reveal(), "abc");
    EXPECT_EQ(fs::status(state.file("token")).permissions(), static_cast<fs::perms>(0600));
}

TEST_F(StateDirectory, NeverWaitsForAPipe) {
    const auto state = state_directory::open(folder / "s");
    for (const auto& where : {state.file("token"), folder / "given"}) {
        ASSERT_EQ(::mkfifo(where.c_str(), 0600), 0);
        EXPECT_THROW(state.load_or_make_secret(where), std::system_error) << where;
    }
    EXPECT_THROW(state.load_or_make_secret("/dev/zero"), std::system_error);
    EXPECT_THROW(state.load_or_make_secret(folder), std::system_error);
}

TEST_F(StateDirectory, TellsClientsWhatTheyNeed) {
    EXPECT_FALSE(roomport::program::read_service_facts(folder));
    roomport::program::service_facts facts;
    facts.url = "https://127.0.0.1:1";
    facts.app_id = "local";
    facts.token_file = "/with \"quotes\"/token";
    roomport::program::write_service_facts(folder, facts);
    auto read = roomport::program::read_service_facts(folder);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->url, facts.url);
    EXPECT_EQ(read->app_id, facts.app_id);
    EXPECT_EQ(read->token_file, facts.token_file);
    EXPECT_EQ(read->ca_file, std::nullopt);
    roomport::program::write_file(folder / "service.json", "{\"version\":1}", file_kind::plain);
    EXPECT_FALSE(roomport::program::read_service_facts(folder));
}

TEST(TokenCheck, AcceptsTheTokenAloneAsABearer) {
    const roomport::program::token_check check(secret("abc"));
    EXPECT_TRUE(check.accepts("Bearer abc"));
    EXPECT_TRUE(check.accepts("bearer  abc"));
    for (const char* text :
         {"", "abc", "Bearer", "Bearer ", "Bearer abcd", "Bearer ab", "Basic abc", "Bearer abc "}) {
        EXPECT_FALSE(check.accepts(text)) << text;
    }
}

} // namespace
