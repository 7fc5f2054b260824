#include "program/report.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace roomport::program {
namespace {

using namespace std::chrono_literals;

exposed_port port_at(const std::string& host) {
    exposed_port port;
    port.name = "default";
    port.host = host;
    port.port = 7777;
    port.transport_type = transport_type::udp;
    return port;
}

TEST(Report, APortIsHostPortAndTransport) {
    EXPECT_EQ(to_text(port_at("game.example")), "game.example:7777 udp");
    EXPECT_EQ(to_text(port_at("127.0.0.1")), "127.0.0.1:7777 udp");
    EXPECT_EQ(to_text(port_at("::1")), "[::1]:7777 udp");
}

TEST(Report, AReadyRoomAsJson) {
    wait_result result;
    result.exposed_port = port_at("h");
    result.evidence.last_status = "active";
    result.evidence.polls = 4;
    result.evidence.elapsed = 1234ms;
    EXPECT_EQ(
        to_json("room", result),
        R"({"roomId":"room","status":"active","exposedPort":{"name":"default","host":"h","port":7777,)"
        R"("transportType":"udp"},"additionalExposedPorts":[],"polls":4,"elapsedMs":1234})");
}

TEST(Report, AFailureAsJsonHasAllMembersInOrder) {
    wait_evidence evidence;
    evidence.last_status = "starting";
    evidence.last_error = error::connect_failed;
    evidence.last_message = "no \"luck\"";
    evidence.http_status = 200;
    evidence.polls = 7;
    evidence.elapsed = 5s;
    EXPECT_EQ(to_json(to_failure("room", error::deadline_passed, evidence)),
              R"({"roomId":"room","error":"timeout","message":"no \"luck\"","httpStatus":200,)"
              R"("lastStatus":"starting","lastError":"connect","polls":7,"elapsedMs":5000})");
}

TEST(Report, TheMessageOfADeadlineSaysWhy) {
    wait_evidence evidence;
    evidence.last_error = error::connect_failed;
    evidence.polls = 2;
    const auto what = to_failure("room", error::deadline_passed, evidence);
    const auto expected =
        error_code(error::deadline_passed).message() + "; last error connect, 2 polls";
    EXPECT_NE(to_json(what).find("\"" + expected + "\""), std::string::npos) << to_json(what);
    EXPECT_EQ(to_sentence(what), "room room: timeout: " + expected);
}

TEST(Report, WhatIsNotKnownIsNull) {
    failure what;
    what.error = error::invalid_argument;
    EXPECT_EQ(
        to_json(what),
        R"({"error":"invalid_argument","message":"an argument is outside its range; nothing was sent",)"
        R"("httpStatus":null,"lastStatus":null,"lastError":null,"polls":0,"elapsedMs":0})");
}

TEST(Report, ASentenceNamesRoomErrorAndEvidence) {
    wait_evidence evidence;
    evidence.last_status = "starting";
    evidence.polls = 1;
    const auto text = to_sentence(to_failure("room", error::deadline_passed, evidence));
    EXPECT_EQ(text.rfind("room room: timeout: ", 0), 0U) << text;
    EXPECT_NE(text.find("last status starting, 1 poll"), std::string::npos) << text;
}

TEST(Report, AReasonHasNoNumberAndWhatIsOfUseOnce) {
    const error_code refused = error::invalid_argument;
    EXPECT_EQ(to_reason(boost::system::system_error(refused, "--app-id: why")), "--app-id: why");
    EXPECT_EQ(to_reason(boost::system::system_error(refused)), refused.message());
    const error_code other = error::connect_failed;
    EXPECT_EQ(to_reason(boost::system::system_error(other, "a: b")), "a: b: " + other.message());
    EXPECT_EQ(to_reason(boost::system::system_error(other)), other.message());
}

TEST(Report, ASentenceSaysNothingTwice) {
    failure what;
    what.error = error::invalid_argument;
    what.message = what.error.message();
    EXPECT_EQ(to_sentence(what), "invalid_argument: " + what.message);
    what.message = "--app-id: why";
    EXPECT_EQ(to_sentence(what), "invalid_argument: --app-id: why");
}

TEST(Report, ABadRoomIdIsShownWithoutItsControlCharacters) {
    const auto what = bad_room_id("a\r\nb\x1b[2J\xff");
    EXPECT_EQ(what.room_id, "a??b?[2J?");
    EXPECT_EQ(what.error, errc::invalid_argument);
    EXPECT_LE(bad_room_id(std::string(1000, 'x')).room_id->size(), 120U);
}

} // namespace
} // namespace roomport::program
