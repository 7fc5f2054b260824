#include "hathora/typed_answer.hpp"

#include <roomport/hathora/operations.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

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

// The message about a body that can't be read as the document that was asked for.
std::string message_of_broken(const std::vector<http::field>& fields, const std::string& body,
                              int status = 200, const std::string& token = "t0ken") {
    typed_answer<connection_info_v2> document(get_connection_info);
    http::response head;
    head.status = status;
    head.fields = fields;
    document.begin(head);
    auto ec = document.write(body);
    if (!ec) {
        ec = document.end();
    }
    EXPECT_TRUE(document.outcome(ec));
    return document.message(secret(token));
}

TEST(Answer, NamesACodingThatWasNotAskedFor) {
    const std::vector<http::field> gzip{{"content-encoding", " gzip "}};
    const auto message = message_of_broken(gzip, "\x1f\x8b\x08"
                                                 "abc\x1b[31m\xff");
    EXPECT_NE(message.find("content coding 'gzip'"), std::string::npos) << message;
    EXPECT_NE(message.find("abc"), std::string::npos) << message;
    EXPECT_EQ(message.find('\x1b'), std::string::npos);
    EXPECT_EQ(message.find('\xff'), std::string::npos);
    EXPECT_NE(message_of_broken(gzip, "\x1f\x8b", 502).find("'gzip'"), std::string::npos);
    EXPECT_NE(message_of_broken({{"Content-Encoding", "gzip, br"}}, "x").find("'gzip, br'"),
              std::string::npos);
}

TEST(Answer, NamesAMediaTypeThatIsNotJson) {
    const auto message =
        message_of_broken({{"Content-Type", "text/html; charset=utf-8"}}, "<html>log in</html>");
    EXPECT_NE(message.find("media type 'text/html'"), std::string::npos) << message;
    EXPECT_NE(message.find("at byte 0"), std::string::npos) << message;
    EXPECT_TRUE(message.ends_with("<html>log in</html>")) << message;
    const std::string control(1, '\x1b');
    EXPECT_EQ(message_of_broken({{"Content-Type", "a/" + control + "b"}}, "x").find('\x1b'),
              std::string::npos);
}

TEST(Answer, SaysNothingOfABodyThatIsSaidToBeJson) {
    for (const char* type : {"application/json", "Application/JSON ; charset=utf-8",
                             "application/problem+json", "text/json", ""}) {
        const auto message = message_of_broken(
            {{"Content-Type", type}, {"Content-Encoding", "Identity"}}, "secret text");
        EXPECT_EQ(message.find("media type"), std::string::npos) << message;
        EXPECT_EQ(message.find("secret text"), std::string::npos) << message;
    }
}

TEST(Answer, ReadsJsonWhateverItIsSaidToBe) {
    typed_answer<connection_info_v2> document(get_connection_info);
    http::response head;
    head.status = 200;
    head.fields = {{"Content-Type", "text/plain"}, {"Content-Encoding", "gzip"}};
    document.begin(head);
    EXPECT_FALSE(
        document.write(R"({"roomId":"r","status":"starting","additionalExposedPorts":[]})"));
    EXPECT_FALSE(document.end());
    EXPECT_FALSE(document.outcome({}));
}

TEST(Answer, ShowsOnlyTheBeginningOfABody) {
    const auto message =
        message_of_broken({{"Content-Type", "text/plain"}}, std::string(5000, 'x'));
    EXPECT_TRUE(message.ends_with("xxx...")) << message;
    EXPECT_LT(message.size(), 300U);
}

TEST(Answer, ShowsNoPartOfATokenInABodyThatIsNotJson) {
    const std::string token = "0123456789abcdef";
    for (std::size_t kept = 1; kept <= token.size(); ++kept) {
        const auto message = message_of_broken({{"Content-Type", "text/plain"}},
                                               "your token " + token.substr(0, kept), 200, token);
        EXPECT_EQ(message.find("01"), std::string::npos) << message;
        EXPECT_NE(message.find("your token"), std::string::npos) << message;
    }
    EXPECT_EQ(message_of_broken({{"Content-Type", "text/plain"}}, "echo %301%32", 200, "0123")
                  .find("%30"),
              std::string::npos);
}

TEST(Answer, AConnectionsOwnReasonComesFirst) {
    typed_answer<connection_info_v2> document(get_connection_info);
    http::response head;
    head.problem = "the server's certificate expired\x1b; token t0ken";
    EXPECT_EQ(failure_message(head, document, secret("t0ken")),
              "the server's certificate expired ; token [token]");
}

} // namespace
} // namespace roomport::hathora
