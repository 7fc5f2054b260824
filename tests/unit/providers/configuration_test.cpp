#include "providers/configuration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace roomport::providers {
namespace {

using testing::HasSubstr;

constexpr const char* whole = R"([provider]
type = "http"
owner = "eu-prod"
capacity_timeout = "10s"
[provider.regions]
Frankfurt = "eu-central-1"
[provider.ports]
default = { name = "game", transport = "udp" }
admin = { name = "rcon", transport = "tcp" }
[provider.limits]
create = 40
[provider.reaper]
dry_run = false
grace = "10s"
[provider.http]
repeat = "find"
no_capacity_is_proof = false
[provider.http.create]
request = "POST https://alloc.example.net/sessions/{uuid}"
headers = { Authorization = "Bearer {file:alloc.token}", X-Room = "{room_id}" }
json = { region = "{region}", room = "{room_id}", config = "{config}" }
key = "/id"
[[provider.http.create.refused]]
status = 429
where = { "/code" = "full" }
class = "no_capacity"
[provider.http.observe]
request = "GET https://alloc.example.net/sessions/{key}"
state = "/status"
starting = ["pending"]
allocated = ["up"]
gone = ["ended"]
host = "/host"
ports = { shape = "map", at = "/ports" }
[provider.http.find]
request = "GET https://alloc.example.net/sessions?ref={uuid}"
items = "/sessions"
key = "/id"
[provider.http.list]
request = "GET https://alloc.example.net/sessions?owner={owner}"
items = "/sessions"
key = "/id"
tag = "/ref"
pages = { kind = "token", next = "/next", parameter = "after" }
[provider.http.stop]
request = "DELETE https://alloc.example.net/sessions/{key}"
)";

class ProviderConfiguration : public testing::Test {
protected:
    ProviderConfiguration() {
        std::string name =
            (std::filesystem::temp_directory_path() / "roomport-provider-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
    }
    ~ProviderConfiguration() override { std::filesystem::remove_all(folder_); }

    provider_configuration read(const std::string& text) {
        std::ofstream(folder_ / "p.toml") << text;
        return read_configuration(folder_ / "p.toml");
    }

    /// What reading says when one line is another.
    std::string problem(const std::string& line, const std::string& instead) {
        std::string text = whole;
        const auto at = text.find(line);
        EXPECT_NE(at, std::string::npos) << line;
        text.replace(at, line.size(), instead);
        try {
            read(text);
        } catch (const configuration_error& wrong) {
            return std::string(wrong.what());
        }
        return "nothing";
    }

    std::filesystem::path folder_;
};

TEST_F(ProviderConfiguration, IsReadWhole) {
    const auto made = read(whole);
    EXPECT_EQ(made.owner, "eu-prod");
    EXPECT_EQ(made.regions.at("Frankfurt"), "eu-central-1");
    ASSERT_EQ(made.ports.size(), 2U);
    EXPECT_EQ(made.ports[0].ours, "default");
    EXPECT_EQ(made.ports[0].theirs, "game");
    EXPECT_EQ(made.ports[1].transport, "tcp");
    EXPECT_DOUBLE_EQ(made.engine.create.rate, 36) << "a tenth is kept free";
    EXPECT_EQ(made.engine.room.capacity_timeout, std::chrono::seconds(10));
    EXPECT_FALSE(made.engine.reaping.dry_run);
    EXPECT_FALSE(made.http.platform.is_no_capacity_proof);
    EXPECT_EQ(made.http.platform.repeat, allocation::repeat_rule::find_first);
    EXPECT_EQ(made.http.create.token_file, (folder_ / "alloc.token").string());
    EXPECT_EQ(made.http.create.origin.to_string(), "https://alloc.example.net");
    EXPECT_EQ(made.http.create.refused.at(0).why, allocation::refusal_class::no_capacity);
    EXPECT_EQ(made.http.pages, paging::token);
    EXPECT_TRUE(made.http.stop);
}

TEST_F(ProviderConfiguration, NamesFileLineAndKeyOfWhatIsWrong) {
    EXPECT_THAT(
        problem("key = \"/id\"", "kye = \"/id\""),
        testing::AllOf(HasSubstr("p.toml:22: provider.http.create.kye: there is no such key"),
                       HasSubstr("provider.http.create: the key key is missing")));
    EXPECT_THAT(problem("{uuid}\"", "{uid}\""),
                HasSubstr("p.toml:19: provider.http.create.request: has {uid}"));
    EXPECT_THAT(problem("POST https", "POST http"), HasSubstr("use https"));
    EXPECT_THAT(problem("POST https", "SEND https"), HasSubstr("begin with GET"));
    EXPECT_THAT(problem("Bearer {file:alloc.token}", "Bearer abc"),
                HasSubstr("does not stand in this file"));
    EXPECT_THAT(problem("\"no_capacity\"", "\"full\""),
                HasSubstr("p.toml:26: provider.http.create.refused.class: give one of"));
    EXPECT_THAT(problem("Frankfurt =", "Francfort ="),
                HasSubstr("p.toml:6: provider.regions.Francfort"));
    EXPECT_THAT(problem("\"10s\"", "10"),
                HasSubstr("p.toml:4: provider.capacity_timeout: give a text"));
    EXPECT_THAT(problem("create = 40", "create = 0"),
                HasSubstr("p.toml:11: provider.limits.create: give a number from 0.1"));
    EXPECT_THAT(problem("owner = \"eu-prod\"", "owner = \"EU\""), HasSubstr("1 to 32 of a-z"));
    EXPECT_THAT(problem("type = \"http\"", "type = \"agones\""),
                HasSubstr("p.toml:2: provider.type: give one of: http"));
    EXPECT_THAT(problem("[provider.http.find]", "[provider.http.fnd]"),
                testing::AllOf(HasSubstr("there is no such key"), HasSubstr("a find is needed")));
    EXPECT_THAT(problem("type = \"http\"", "type = "), HasSubstr("p.toml:2: is not TOML"));
    EXPECT_THAT(problem("\"udp\" }", "\"quic\" }"), HasSubstr("give one of: tcp, udp, tls"));
}

TEST_F(ProviderConfiguration, TakesNotFoundForNoServerOnlyWhereOneServerIsAskedFor) {
    EXPECT_TRUE(read(whole).http.find->gone_status.empty());
    std::string text = whole;
    const std::string list = "sessions?ref={uuid}\"\nitems = \"/sessions\"";
    text.replace(text.find(list), list.size(), "sessions/{uuid}\"");
    EXPECT_EQ(read(text).http.find->gone_status, (std::vector<int>{404, 410}));
}

TEST_F(ProviderConfiguration, ReadsTheShippedExamples) {
    const std::filesystem::path examples =
        std::filesystem::path(ROOMPORT_TEST_DATA_DIR) / "../../examples/providers";
    const auto own = read_configuration(examples / "allocator.toml");
    EXPECT_EQ(own.http.states.failed, std::vector<std::string>{"crashed"});
    const auto agones = read_configuration(examples / "agones_kubernetes.toml");
    EXPECT_FALSE(agones.http.platform.is_no_capacity_proof);
    EXPECT_EQ(agones.http.create.body.at_pointer("/spec/selectors/0/matchLabels/agones.dev~1fleet"),
              "{region}");
    EXPECT_EQ(agones.http.create.body.at_pointer("/spec/metadata/labels/roomport~1intent"),
              "{intent}");
}

TEST_F(ProviderConfiguration, SaysThatThereIsNoFile) {
    try {
        read_configuration(folder_ / "none.toml");
        ADD_FAILURE() << "nothing was said";
    } catch (const configuration_error& wrong) {
        EXPECT_THAT(wrong.what(), HasSubstr("none.toml: there is no such file"));
    }
}

} // namespace
} // namespace roomport::providers
