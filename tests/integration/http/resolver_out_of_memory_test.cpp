// A resolver each of whose allocations fails once: every caller gets an answer, and the next look-up works.

#include "http/name_lookup.hpp"
#include "support/failing_memory.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <new>
#include <string>
#include <thread>

namespace roomport::test {
namespace {

using http::detail::lookup_outcome;
using http::detail::make_threaded_resolver;
using http::detail::threaded_resolver_settings;

const std::string host = "a-host-whose-name-is-longer-than-a-short-string.example";

/// What a caller was told, and whether an allocation of the thread that told it had failed.
class told {
public:
    told() = default;

    error_code error;
    std::size_t addresses = 0;
    bool has_failed = false;
};

class question {
public:
    question() = default;

    http::resolver::callback callback() {
        return [promise = promise_](error_code ec, const http::resolver::endpoints& found) {
            told now;
            now.has_failed = stop_failing_allocations();
            now.error = ec;
            now.addresses = found.size();
            promise->set_value(now);
        };
    }

    told await() {
        auto answer = promise_->get_future();
        if (answer.wait_for(std::chrono::seconds(20)) != std::future_status::ready) {
            ADD_FAILURE() << "a look-up never ended";
            std::abort();
        }
        return answer.get();
    }

private:
    std::shared_ptr<std::promise<told>> promise_ = std::make_shared<std::promise<told>>();
};

lookup_outcome two_addresses() {
    lookup_outcome found;
    found.addresses.assign(2, boost::asio::ip::address_v4::loopback());
    return found;
}

void expect_to_work(http::resolver& with) {
    question next;
    with.resolve(host, 80, next.callback());
    const auto answer = next.await();
    EXPECT_EQ(answer.error, error_code());
    EXPECT_EQ(answer.addresses, 2U);
}

void expect_answer(const told& answer) {
    if (answer.error) {
        EXPECT_EQ(answer.error, boost::asio::error::no_memory);
    } else {
        EXPECT_EQ(answer.addresses, 2U);
    }
}

TEST(ResolverOutOfMemory, ALookUpThatCantBeginIsAnsweredAndTheNextOneWorks) {
    for_each_allocation(
        [&](std::size_t nth) {
            const auto with = make_threaded_resolver(
                [](const std::string&) { return two_addresses(); }, threaded_resolver_settings());
            question first;
            auto callback = first.callback();
            fail_allocations(nth);
            with->resolve(host, 80, std::move(callback));
            const bool has_failed_here = stop_failing_allocations();
            const auto answer = first.await();
            EXPECT_TRUE(!answer.error || answer.error == boost::asio::error::no_memory ||
                        answer.error == error_code(error::resolve_failed));
            expect_to_work(*with);
            return has_failed_here || answer.has_failed;
        },
        4);
}

TEST(ResolverOutOfMemory, ACallerThatCantJoinALookUpIsAnswered) {
    std::promise<void> open;
    const auto gate = open.get_future().share();
    std::atomic<bool> is_inside{false};
    const auto with = make_threaded_resolver(
        [&](const std::string&) {
            is_inside = true;
            gate.wait();
            return two_addresses();
        },
        threaded_resolver_settings());
    question first;
    with->resolve(host, 80, first.callback());
    while (!is_inside) {
        std::this_thread::yield();
    }
    question second;
    auto callback = second.callback();
    fail_allocations(0);
    with->resolve(host, 80, std::move(callback));
    EXPECT_EQ(second.await().error, boost::asio::error::no_memory);
    open.set_value();
    EXPECT_EQ(first.await().error, error_code());
}

TEST(ResolverOutOfMemory, ALookUpThatCantEndIsAnsweredAndTheNextOneWorks) {
    for_each_allocation(
        [&](std::size_t nth) {
            std::atomic<bool> is_first{true};
            const auto with = make_threaded_resolver(
                [&](const std::string&) {
                    auto found = two_addresses();
                    if (is_first.exchange(false)) {
                        fail_allocations(nth);
                    }
                    return found;
                },
                threaded_resolver_settings());
            question first;
            with->resolve(host, 80, first.callback());
            const auto answer = first.await();
            expect_answer(answer);
            expect_to_work(*with);
            return answer.has_failed;
        },
        3);
}

TEST(ResolverOutOfMemory, AnAnswerThatIsKeptButCantBeCopiedIsNone) {
    for_each_allocation([&](std::size_t nth) {
        threaded_resolver_settings settings;
        settings.keep_found = std::chrono::hours(1);
        const auto with =
            make_threaded_resolver([](const std::string&) { return two_addresses(); }, settings);
        expect_to_work(*with);
        question second;
        auto callback = second.callback();
        fail_allocations(nth);
        with->resolve(host, 80, std::move(callback));
        const auto answer = second.await();
        expect_answer(answer);
        expect_to_work(*with);
        return answer.has_failed;
    });
}

TEST(ResolverOutOfMemory, ALookUpThatRunsOutOfMemoryFailsWithThatAndIsNotKept) {
    std::atomic<bool> is_first{true};
    const auto with = make_threaded_resolver(
        [&](const std::string&) {
            if (is_first.exchange(false)) {
                throw std::bad_alloc();
            }
            return two_addresses();
        },
        threaded_resolver_settings());
    question first;
    with->resolve(host, 80, first.callback());
    EXPECT_EQ(first.await().error, boost::asio::error::no_memory);
    expect_to_work(*with);
}

} // namespace
} // namespace roomport::test
