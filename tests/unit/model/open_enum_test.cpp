#include <roomport/model/hosting.hpp>
#include <roomport/model/nullable.hpp>
#include <roomport/model/open_enum.hpp>
#include <roomport/model/process_status.hpp>
#include <roomport/model/region.hpp>
#include <roomport/model/room_ready_status.hpp>
#include <roomport/model/room_status.hpp>
#include <roomport/model/transport_type.hpp>

#include <gtest/gtest.h>

namespace roomport {
namespace {

TEST(OpenEnum, KnowsAValueByItsText) {
    const open_enum<region> value("Washington_DC");
    EXPECT_EQ(value, region::washington_dc);
    EXPECT_EQ(value.known(), region::washington_dc);
    EXPECT_EQ(value.text(), "Washington_DC");
}

TEST(OpenEnum, KeepsTheTextOfAnUnknownValue) {
    const open_enum<transport_type> value("quic");
    EXPECT_EQ(value.known(), std::nullopt);
    EXPECT_EQ(value.text(), "quic");
    EXPECT_NE(value, transport_type::udp);
}

TEST(OpenEnum, TellsUpperFromLowerCase) {
    EXPECT_EQ(open_enum<room_ready_status>("Active").known(), std::nullopt);
}

TEST(OpenEnum, IsUnknownAndEmptyByDefault) {
    const open_enum<transport_type> value;
    EXPECT_EQ(value.known(), std::nullopt);
    EXPECT_EQ(value.text(), "");
    EXPECT_NE(value, transport_type::tcp);
}

TEST(OpenEnum, EqualsAnotherWithTheSameTextOnly) {
    EXPECT_EQ(open_enum<transport_type>("quic"), open_enum<transport_type>("quic"));
    EXPECT_NE(open_enum<transport_type>("quic"), open_enum<transport_type>("sctp"));
    EXPECT_EQ(open_enum<transport_type>(transport_type::tls), open_enum<transport_type>("tls"));
}

template <class E>
void expect_texts(std::initializer_list<std::pair<E, const char*>> rows) {
    EXPECT_EQ(rows.size(), wire_texts(E{}).size());
    for (const auto& [value, text] : rows) {
        EXPECT_EQ(enum_text(value), text);
        EXPECT_EQ(enum_from_text<E>(text), value);
    }
}

TEST(OpenEnum, NamesEveryEnumeratorAsTheApiDoes) {
    expect_texts<transport_type>(
        {{transport_type::tcp, "tcp"}, {transport_type::udp, "udp"}, {transport_type::tls, "tls"}});
    expect_texts<room_ready_status>(
        {{room_ready_status::active, "active"}, {room_ready_status::starting, "starting"}});
    expect_texts<room_status>({{room_status::scheduling, "scheduling"},
                               {room_status::active, "active"},
                               {room_status::destroyed, "destroyed"}});
    expect_texts<process_status>({{process_status::starting, "starting"},
                                  {process_status::running, "running"},
                                  {process_status::draining, "draining"},
                                  {process_status::stopping, "stopping"},
                                  {process_status::stopped, "stopped"},
                                  {process_status::failed, "failed"}});
    expect_texts<hosting>(
        {{hosting::metal, "metal"}, {hosting::cloud, "cloud"}, {hosting::shared, "shared"}});
    expect_texts<region>({{region::seattle, "Seattle"},
                          {region::los_angeles, "Los_Angeles"},
                          {region::washington_dc, "Washington_DC"},
                          {region::chicago, "Chicago"},
                          {region::london, "London"},
                          {region::frankfurt, "Frankfurt"},
                          {region::mumbai, "Mumbai"},
                          {region::singapore, "Singapore"},
                          {region::tokyo, "Tokyo"},
                          {region::sydney, "Sydney"},
                          {region::sao_paulo, "Sao_Paulo"},
                          {region::dallas, "Dallas"},
                          {region::johannesburg, "Johannesburg"},
                          {region::dubai, "Dubai"}});
}

TEST(Nullable, ComparesAndAssignsLikeAnOptional) {
    nullable<int> value;
    EXPECT_EQ(value, std::nullopt);
    value = 3;
    EXPECT_EQ(value, 3);
    EXPECT_EQ(value, nullable<int>(3));
    value = std::nullopt;
    EXPECT_FALSE(value.has_value());
}

} // namespace
} // namespace roomport
