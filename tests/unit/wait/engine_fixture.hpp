#pragma once

#include "scripted_observer.hpp"

#include <roomport/wait/wait_engine.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace roomport::wait_detail {

/// An engine on a context of its own with a scripted observer.
class engine_fixture : public ::testing::Test {
protected:
    using script_function = scripted_observer::script_function;

    struct outcome {
        error_code ec;
        wait_result result;
    };

    void make_engine(script_function script, duration delay = std::chrono::milliseconds(1),
                     wait_engine_options options = quick_options()) {
        source = std::make_shared<scripted_observer>(strand, delay, std::move(script));
        engine = std::make_unique<wait_engine>(strand, context.get_executor(), source, options);
    }

    static wait_engine_options quick_options() {
        wait_engine_options options;
        options.cadence = fixed_cadence(std::chrono::milliseconds(2));
        options.seed = 1;
        return options;
    }

    /// Answers "starting" until poll `nth`, then "ready".
    static script_function ready_at(unsigned nth) {
        return [nth](const std::string&, unsigned poll) {
            return poll < nth ? starting() : ready();
        };
    }

    static script_function never_ready() {
        return [](const std::string&, unsigned) {
            return starting();
        };
    }

    /// Runs until nothing is left to do.
    /// @return whether that came within a generous bound.
    bool run_to_end() {
        context.restart();
        context.run_for(std::chrono::seconds(60));
        return context.stopped();
    }

    auto store(std::optional<outcome>& where) {
        return [&where](error_code ec, wait_result result) {
            EXPECT_FALSE(where.has_value()) << "a handler must be called once";
            where.emplace(outcome{ec, std::move(result)});
        };
    }

    boost::asio::io_context context;
    boost::asio::any_io_executor strand = boost::asio::make_strand(context);
    std::shared_ptr<scripted_observer> source;
    std::unique_ptr<wait_engine> engine;
};

} // namespace roomport::wait_detail
