#include "server/launcher/command_template.hpp"

#include <gtest/gtest.h>

namespace {

using namespace roomport::server;
using roomport::transport_type;
using words = std::vector<std::string>;

const std::vector<port_declaration> two_ports{port_declaration("default", transport_type::udp),
                                              port_declaration("debug", transport_type::tcp)};

words fill(std::string_view text) {
    process_order order;
    order.process_id = "p";
    order.region = roomport::region::tokyo;
    order.room_id = "a room";
    order.ports = {allocated_port(two_ports[0], 7000), allocated_port(two_ports[1], 7001)};
    const auto command = command_template::parse(text, two_ports);
    EXPECT_TRUE(command.has_value()) << text;
    return command.has_value() ? command->fill(order) : words();
}

TEST(CommandTemplate, SplitsWordsWithoutAShell) {
    EXPECT_EQ(fill("  a  b\tc\n"), (words{"a", "b", "c"}));
    EXPECT_EQ(fill("a 'b c' \"d \\\"e\\\\ \\n\" f\\ g ''"),
              (words{"a", "b c", "d \"e\\ \\n", "f g", ""}));
    EXPECT_EQ(fill("a $HOME ;rm * | x"), (words{"a", "$HOME", ";rm", "*", "|", "x"}));
    EXPECT_EQ(fill("a'b'c"), (words{"abc"}));
}

TEST(CommandTemplate, FillsPlaceholdersInsideWords) {
    EXPECT_EQ(fill("x {port} --p={port:debug} {process_id}/{region} {room_id}"),
              (words{"x", "7000", "--p=7001", "p/Tokyo", "a room"}));
}

TEST(CommandTemplate, LeavesOtherBracesAlone) {
    EXPECT_EQ(fill("x {} {json:1} '{\"a\": {port}}' {port"),
              (words{"x", "{}", "{json:1}", "{\"a\": 7000}", "{port"}));
}

TEST(CommandTemplate, RefusesWhatCanNotWork) {
    for (const char* text : {"", "  ", "'a", "a \"b", "a\\", "'' b", "a {port:other}"}) {
        EXPECT_TRUE(command_template::parse(text, two_ports).has_error()) << text;
    }
}

} // namespace
