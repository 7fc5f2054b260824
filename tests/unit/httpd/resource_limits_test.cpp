#include "httpd/resource_limits.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using roomport::httpd::resource_bounds;
using roomport::httpd::resource_limits;
using activity = resource_limits::activity;
using connection = resource_limits::connection;
using address = boost::asio::ip::address_v4;

constexpr roomport::time_point limits_begin{};
constexpr roomport::time_point limits_later = limits_begin + resource_limits::grace;

resource_bounds bounds_with(std::size_t connections) {
    resource_bounds bounds;
    bounds.connections = connections;
    return bounds;
}

/// Connections that have entered, each of an address of its own.
class entered {
public:
    entered(resource_limits& limits, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            all.push_back(std::make_unique<connection>());
            limits.enter(*all.back(), address(static_cast<unsigned>(i + 1)), limits_begin);
        }
    }
    connection& operator[](std::size_t index) { return *all.at(index); }

    std::vector<std::unique_ptr<connection>> all;
};

TEST(ResourceLimits, NobodyGoesWhileThereArePlaces) {
    resource_limits limits(bounds_with(3));
    entered two(limits, 2);
    EXPECT_TRUE(limits.admits(limits_later));
    EXPECT_EQ(limits.make_place(limits_later), nullptr);
}

TEST(ResourceLimits, WhoGoesFirstFollowsFromWhatTheyDoAndForHowLong) {
    resource_limits limits(bounds_with(6));
    entered six(limits, 6);
    limits.change(six[0], activity::answering, limits_begin);
    limits.change(six[1], activity::writing, limits_begin);
    limits.change(six[2], activity::reading, limits_begin);
    limits.change(six[3], activity::idle, limits_begin);
    limits.change(six[5], activity::lingering, limits_begin);
    for (const std::size_t expected : {5U, 4U, 3U, 2U, 1U}) {
        auto* const goes = limits.make_place(limits_later);
        ASSERT_EQ(goes, &six[expected]);
        limits.leave(*goes);
        connection newcomer;
        limits.enter(newcomer, address(9), limits_begin);
        limits.change(newcomer, activity::answering, limits_begin);
        six.all.push_back(std::make_unique<connection>());
        limits.leave(newcomer);
        limits.enter(*six.all.back(), address(9), limits_begin);
        limits.change(*six.all.back(), activity::answering, limits_begin);
    }
    EXPECT_FALSE(limits.admits(limits_later));
    EXPECT_EQ(limits.make_place(limits_later), nullptr);
    EXPECT_EQ(limits.usage().replaced_connections, 5U);
}

TEST(ResourceLimits, NobodyGoesAtOnce) {
    resource_limits limits(bounds_with(2));
    entered two(limits, 2);
    EXPECT_FALSE(limits.admits(limits_begin));
    EXPECT_EQ(limits.make_place(limits_begin), nullptr);
    limits.change(two[0], activity::reading, limits_later);
    EXPECT_EQ(limits.make_place(limits_later), &two[1]);
    limits.change(two[1], activity::idle, limits_later);
    EXPECT_FALSE(limits.admits(limits_later));
    EXPECT_TRUE(limits.admits(limits_later + resource_limits::grace));
}

TEST(ResourceLimits, HoldsLeaveSomePlacesToOthers) {
    for (const std::size_t connections : {1U, 2U, 8U, 100U}) {
        resource_limits limits(bounds_with(connections));
        entered all(limits, connections);
        std::size_t held = 0;
        for (auto& each : all.all) {
            limits.change(*each, activity::answering, limits_begin);
            held += limits.hold(*each, 1) ? 1 : 0;
        }
        EXPECT_EQ(held, limits.most_holds());
        EXPECT_GT(held, 0U);
        EXPECT_TRUE(connections == 1 || held + connections / 8 <= connections);
        EXPECT_TRUE(connections == 1 || held < connections);
        EXPECT_EQ(limits.usage().refused_holds, connections - held);
    }
}

TEST(ResourceLimits, AHoldEndsWithItsAnswer) {
    auto bounds = bounds_with(8);
    bounds.holds = 1;
    bounds.hold_keys = 10;
    resource_limits limits(bounds);
    entered two(limits, 2);
    EXPECT_FALSE(limits.hold(two[0], 1)) << "it has nothing to answer";
    limits.change(two[0], activity::answering, limits_begin);
    limits.change(two[1], activity::answering, limits_begin);
    EXPECT_FALSE(limits.hold(two[0], 11));
    EXPECT_TRUE(limits.hold(two[0], 10));
    EXPECT_FALSE(limits.hold(two[1], 1));
    limits.change(two[0], activity::writing, limits_begin);
    EXPECT_TRUE(limits.hold(two[1], 1));
    limits.leave(two[1]);
    EXPECT_EQ(limits.usage().holds, 0U);
    EXPECT_EQ(limits.usage().hold_keys, 0U);
}

TEST(ResourceLimits, IdleTimeShrinksWithThePlaces) {
    resource_limits limits(bounds_with(8));
    entered some(limits, 4);
    EXPECT_EQ(limits.idle_time(80s), 80s);
    entered more(limits, 2);
    EXPECT_EQ(limits.idle_time(80s), 40s);
    entered rest(limits, 2);
    EXPECT_EQ(limits.idle_time(80s), 1s);
    EXPECT_EQ(limits.idle_time(300ms), 300ms);
}

TEST(ResourceLimits, AnAddressHasItsBound) {
    auto bounds = bounds_with(3);
    bounds.connections_per_address = 1;
    resource_limits limits(bounds);
    const auto one = std::make_unique<connection>();
    const auto two = std::make_unique<connection>();
    connection other;
    limits.enter(other, address(2), limits_begin);
    limits.enter(*one, address(1), limits_begin);
    limits.enter(*two, address(1), limits_begin);
    EXPECT_FALSE(one->is_surplus());
    EXPECT_TRUE(two->is_surplus());
    EXPECT_FALSE(other.is_surplus());
    limits.change(*two, activity::reading, limits_begin);
    EXPECT_EQ(limits.make_place(limits_later), two.get());
    limits.leave(*two);
    limits.leave(*one);
    connection again;
    limits.enter(again, address(1), limits_begin);
    EXPECT_FALSE(again.is_surplus());
}

TEST(ResourceLimits, WhoHasKeptInputTheLongestGivesItUp) {
    auto bounds = bounds_with(8);
    bounds.input_bytes = 100;
    resource_limits limits(bounds);
    entered three(limits, 3);
    limits.set_input(three[0], 40);
    limits.set_input(three[1], 30);
    limits.set_input(three[0], 0);
    limits.set_input(three[0], 50);
    EXPECT_EQ(limits.over_input(), nullptr);
    limits.set_input(three[2], 21);
    EXPECT_EQ(limits.over_input(), &three[1]);
    limits.leave(three[1]);
    EXPECT_EQ(limits.over_input(), nullptr);
    EXPECT_EQ(limits.usage().input_bytes, 71U);
    EXPECT_EQ(limits.usage().shed_inputs, 1U);
}

TEST(ResourceLimits, WhoReadsTheSlowestGoesAndASharedBodyCountsOnce) {
    auto bounds = bounds_with(8);
    bounds.output_bytes = 1000;
    resource_limits limits(bounds);
    entered four(limits, 4);
    const auto shared = std::make_shared<const std::string>(600, 'x');
    limits.set_output(four[0], 100, nullptr);
    limits.set_output(four[1], 10, shared);
    limits.set_output(four[2], 10, shared);
    EXPECT_EQ(limits.usage().output_bytes, 720U);
    EXPECT_EQ(limits.over_output(), nullptr);
    limits.set_output(four[3], 300, nullptr);
    EXPECT_EQ(limits.over_output(), &four[0]);
    limits.clear_output(four[0]);
    EXPECT_EQ(limits.over_output(), nullptr);
    limits.clear_output(four[1]);
    EXPECT_EQ(limits.usage().output_bytes, 910U);
    limits.leave(four[2]);
    EXPECT_EQ(limits.usage().output_bytes, 300U);
    limits.leave(four[3]);
    EXPECT_EQ(limits.usage().output_bytes, 0U);
    EXPECT_EQ(shared.use_count(), 1);
}

TEST(ResourceLimits, WhatEndsLeavesNothing) {
    resource_limits limits(bounds_with(2));
    {
        connection brief;
        limits.enter(brief, address(1), limits_begin);
        limits.set_input(brief, 5);
        limits.set_output(brief, 5, nullptr);
        limits.change(brief, activity::answering, limits_begin);
        EXPECT_TRUE(limits.hold(brief, 3));
    }
    EXPECT_EQ(limits.usage().connections, 0U);
    EXPECT_EQ(limits.usage().holds, 0U);
    EXPECT_EQ(limits.usage().input_bytes, 0U);
    EXPECT_EQ(limits.usage().output_bytes, 0U);
    EXPECT_TRUE(limits.admits(limits_later));
}

} // namespace
