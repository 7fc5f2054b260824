#pragma once

#include "wait_script.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace roomport::wait_detail {

/// The answer to a poll of many keys.
inline batch_observation answers(std::vector<std::optional<observation>> keys) {
    batch_observation seen;
    seen.whole.state = observed_state::starting;
    seen.whole.http_status = 200;
    seen.keys = std::move(keys);
    return seen;
}

/// A server that takes up to four keys a poll; only one poll may be under way unless said otherwise.
class BatchPolls : public ::testing::Test {
protected:
    BatchPolls() { script.batch.most = 4; }

    static wait_engine_options one_at_a_time() {
        auto options = wait_script::make_options();
        options.max_in_flight = 1;
        return options;
    }

    waiter& start(const std::string& key, duration timeout = std::chrono::seconds(60)) {
        return script.start(key, wait_script::timeout(timeout));
    }

    /// Starts keys while "first" has the only place, so that all of them are due.
    void queue(const lines& keys) {
        start("first");
        for (const auto& key : keys) {
            start(key);
        }
        script.take_log();
        script.answer("first", ready());
    }

    wait_script script{one_at_a_time()};
};

} // namespace roomport::wait_detail
