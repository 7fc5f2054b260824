#pragma once

#include "support/pool_runner.hpp"
#include "support/trusted_server.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace roomport::test {

/// One request to a server with this certificate; the server must not see a byte of it unless all is well.
inline http_outcome outcome_with(const server_tls& tls, const std::string& host = "localhost",
                                 const http::pool_options& options = trusting_test_ca()) {
    scripted_server server(always_answer(http_response("ok")), tls);
    pool_runner runner;
    const auto pool = runner.make_pool(server.url(host), options);
    auto wanted = get_request();
    wanted.token = secret("abc");
    const auto outcome = runner.get(*pool, wanted);
    if (outcome.error) {
        EXPECT_EQ(server.bytes_received(), 0U);
    } else {
        EXPECT_EQ(outcome.answer.problem, "");
    }
    return outcome;
}

/// The reason has every one of these parts.
inline void expect_reason(const http_outcome& outcome, const std::vector<std::string>& parts) {
    EXPECT_EQ(outcome.error, errc::tls);
    for (const auto& part : parts) {
        EXPECT_NE(outcome.answer.problem.find(part), std::string::npos)
            << outcome.answer.problem << " lacks " << part;
    }
    EXPECT_LT(outcome.answer.problem.size(), 500U) << outcome.answer.problem;
}

} // namespace roomport::test
