#include "common/completion.hpp"

#include <roomport/error.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <optional>

namespace roomport::detail {
namespace {

using pending = completion<error_code, int>;

TEST(Completion, IsNeverCalledInline) {
    asio::io_context context;
    int called = 0;
    pending operation(context.get_executor(), [&](error_code, int value) { called = value; });
    operation.post(error_code(), 7);
    EXPECT_EQ(called, 0);
    context.run();
    EXPECT_EQ(called, 7);
}

TEST(Completion, KeepsBothContextsRunningUntilTheHandlerRan) {
    asio::io_context io;
    asio::io_context callers;
    int called = 0;
    std::optional<pending> operation(
        std::in_place, io.get_executor(),
        pending::handler_type(asio::bind_executor(callers.get_executor(),
                                                  [&](error_code, int value) { called = value; })));
    EXPECT_EQ(io.poll(), 0U);
    EXPECT_FALSE(io.stopped());
    EXPECT_EQ(callers.poll(), 0U);
    EXPECT_FALSE(callers.stopped());

    operation->post(error_code(), 1);
    operation.reset();
    io.run();
    EXPECT_EQ(called, 0) << "the handler belongs to its own executor";
    callers.run();
    EXPECT_EQ(called, 1);
}

TEST(Completion, CancellationIsPostedAndForgottenBeforeTheCall) {
    asio::io_context context;
    asio::cancellation_signal signal;
    const auto held_by_slot = std::make_shared<int>();
    long holders_at_call = 0;
    error_code seen;
    std::optional<pending> operation(
        std::in_place, context.get_executor(),
        pending::handler_type(asio::bind_cancellation_slot(signal.slot(), [&](error_code ec, int) {
            seen = ec;
            holders_at_call = held_by_slot.use_count();
        })));
    operation->on_cancel(context.get_executor(), [&operation, held_by_slot] {
        pending taken = std::move(*operation);
        operation.reset();
        taken.post(asio::error::operation_aborted, 0);
    });

    signal.emit(asio::cancellation_type::terminal);
    EXPECT_TRUE(operation.has_value()) << "cancellation must not run on the emitting thread";
    context.run();
    EXPECT_EQ(seen, errc::cancelled);
    EXPECT_EQ(holders_at_call, 1) << "the slot must hold nothing when the handler runs";
    signal.emit(asio::cancellation_type::terminal);
}

} // namespace
} // namespace roomport::detail
