#include "server/launcher/port_judge.hpp"

#include <gmock/gmock.h>

namespace {

using namespace roomport::server;
using roomport::transport_type;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const port_sight unbound{port_owner::nobody, ""};
const port_sight good{port_owner::family, "0.0.0.0"};
const port_sight elsewhere{port_owner::elsewhere, "::1"};
const port_sight stranger{port_owner::stranger, "pid 12 (nginx)"};

port_judge judge_of_two(const char* advertised = "127.0.0.1") {
    return {{allocated_port(port_declaration("default", transport_type::udp), 27000),
             allocated_port(port_declaration("debug", transport_type::tcp), 27001)},
            advertised_addresses({boost::asio::ip::make_address(advertised)}),
            advertised};
}

TEST(PortJudge, IsReadyOnceTheMainPortIs) {
    auto judge = judge_of_two();
    EXPECT_FALSE(judge.judge_starting({unbound, good}).is_ready);
    EXPECT_FALSE(judge.judge_starting({elsewhere, good}).is_ready);
    EXPECT_TRUE(judge.judge_starting({good, unbound}).is_ready);
    EXPECT_TRUE(judge.judge_starting({good, elsewhere}).is_ready);
}

TEST(PortJudge, BelievesThatAStrangerHasAPortAtTheThirdLook) {
    for (const auto& seen : {std::vector<port_sight>{stranger, unbound}, {good, stranger}}) {
        auto judge = judge_of_two();
        EXPECT_FALSE(judge.judge_starting(seen).taken);
        EXPECT_FALSE(judge.judge_starting(seen).taken);
        EXPECT_FALSE(judge.judge_starting({unbound, unbound}).taken);
        for (int look = 1; look <= 4; ++look) {
            const auto verdict = judge.judge_starting(seen);
            EXPECT_FALSE(verdict.is_ready);
            EXPECT_EQ(verdict.taken.has_value(), look == 3);
        }
    }
    auto judge = judge_of_two();
    judge.judge_starting({good, stranger});
    judge.judge_starting({good, stranger});
    const auto taken = judge.judge_starting({good, stranger}).taken.value();
    EXPECT_THAT(taken, HasSubstr("port 27001 (debug) is held by pid 12 (nginx)"));
    EXPECT_THAT(taken, HasSubstr("--bound-is-enough"));
}

TEST(PortJudge, TellsOncePerPortWhatIsBoundElsewhere) {
    auto judge = judge_of_two();
    EXPECT_THAT(judge.judge_starting({elsewhere, elsewhere}).told, IsEmpty());
    EXPECT_THAT(judge.judge_starting({elsewhere, elsewhere}).told, IsEmpty());
    EXPECT_THAT(judge.judge_starting({elsewhere, elsewhere}).told,
                ElementsAre(HasSubstr("port 27000 is bound at ::1, but players are told 127.0.0.1"),
                            HasSubstr("port 27001 (debug) is bound at ::1")));
    EXPECT_THAT(judge.judge_starting({elsewhere, elsewhere}).told, IsEmpty());
    EXPECT_THAT(judge.judge_ready({good, elsewhere}).told, IsEmpty());
}

TEST(PortJudge, AdvisesWhatReachesPlayers) {
    for (const auto& [advertised, advice] :
         {std::pair("127.0.0.1", "bind 0.0.0.0 or :: (without IPV6_V6ONLY), or change"),
          std::pair("::1", "bind ::, or change")}) {
        auto judge = judge_of_two(advertised);
        judge.judge_starting({elsewhere, unbound});
        judge.judge_starting({elsewhere, unbound});
        EXPECT_THAT(judge.judge_starting({elsewhere, unbound}).told,
                    ElementsAre(HasSubstr(advice)));
    }
}

TEST(PortJudge, TellsOfAStrangerWhoComesLater) {
    auto judge = judge_of_two();
    ASSERT_TRUE(judge.judge_starting({good, unbound}).is_ready);
    EXPECT_FALSE(judge.judge_ready({good, good}).is_doubtful);
    for (int look = 1; look <= 2; ++look) {
        const auto verdict = judge.judge_ready({stranger, good});
        EXPECT_TRUE(verdict.is_doubtful);
        EXPECT_THAT(verdict.told, IsEmpty());
    }
    const auto verdict = judge.judge_ready({stranger, good});
    EXPECT_FALSE(verdict.is_doubtful);
    EXPECT_FALSE(verdict.taken);
    EXPECT_THAT(verdict.told, ElementsAre(HasSubstr("port 27000 is now held by pid 12 (nginx)")));
    EXPECT_THAT(judge.judge_ready({stranger, good}).told, IsEmpty());
}

} // namespace
