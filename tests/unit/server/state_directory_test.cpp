#include "program/service_facts.hpp"
#include "program/usage_error.hpp"
#include "server/service/state_directory.hpp"

#include "program/files.hpp"
#include "program/token_check.hpp"

#include <gtest/gtest.h>

#include <stdlib.h>

namespace {

using namespace roomport::server;
using roomport::secret;

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
        roomport::program::write_file(folder / "marker", damaged, true);
        const auto marker = state.marker();
        EXPECT_NE(marker, damaged);
        EXPECT_EQ(marker.size(), 32U);
        EXPECT_EQ(state.marker(), marker) << "it stays";
    }
}

TEST_F(StateDirectory, MakesATokenOnceAndDropsTheFinalNewline) {
    const auto made = state_directory::load_or_make_secret(folder / "t");
    EXPECT_EQ(made.reveal().size(), 64U);
    EXPECT_EQ(state_directory::load_or_make_secret(folder / "t").reveal(), made.reveal());
    roomport::program::write_file(folder / "u", "abc\r\n", true);
    EXPECT_EQ(state_directory::load_or_make_secret(folder / "u").reveal(), "abc");
    for (const char* bad : {"", "\n", "a b", "a\nb", "\x80"}) {
        roomport::program::write_file(folder / "v", bad, true);
        EXPECT_THROW(state_directory::load_or_make_secret(folder / "v"),
                     roomport::program::usage_error);
    }
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
    roomport::program::write_file(folder / "service.json", "{\"version\":1}", false);
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
