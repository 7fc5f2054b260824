#include "hathora/typed_answer.hpp"

#include <roomport/hathora/operations.hpp>

#include <gtest/gtest.h>

#include <string>

namespace roomport::hathora {
namespace {

std::string message_of(const std::string& body, const secret& token) {
    typed_answer<connection_info> document(get_connection_info);
    http::response head;
    head.status = 400;
    document.begin(head);
    EXPECT_FALSE(document.write(body));
    EXPECT_FALSE(document.end());
    return document.message(token);
}

TEST(Answer, TellsTheServersMessage) {
    EXPECT_EQ(message_of(R"({"message":"no such room"})", secret("t0ken")), "no such room");
    EXPECT_EQ(message_of("<h1>Bad gateway</h1>", secret("t0ken")), "<h1>Bad gateway</h1>");
}

TEST(Answer, ShowsNoPartOfATokenWhereALongBodyIsCut) {
    // Only 16 KiB are kept, and what is not worth showing leaves the rest visible.
    const std::string token = "0123456789abcdef";
    for (std::size_t kept = 1; kept < token.size(); ++kept) {
        const std::string body = "bad token" + std::string(16 * 1024 - 9 - kept, '\n') + token;
        EXPECT_EQ(message_of(body, secret(token)), "bad token") << kept;
    }
}

TEST(Answer, ShowsALongBodyThatIsCut) {
    EXPECT_TRUE(
        message_of("wrong " + std::string(20'000, 'x'), secret("t0ken")).starts_with("wrong xxx"));
}

} // namespace
} // namespace roomport::hathora
