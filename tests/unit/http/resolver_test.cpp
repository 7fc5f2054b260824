#include "http/name_lookup.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace roomport::http::detail {
namespace {

using outcome = std::pair<error_code, resolver::endpoints>;

std::future<outcome> resolve(resolver& with, const std::string& host, std::uint16_t port = 80) {
    auto promise = std::make_shared<std::promise<outcome>>();
    auto result = promise->get_future();
    with.resolve(host, port, [promise](error_code ec, resolver::endpoints found) {
        promise->set_value({ec, std::move(found)});
    });
    return result;
}

outcome await(std::future<outcome>& pending) {
    if (pending.wait_for(std::chrono::seconds(20)) != std::future_status::ready) {
        ADD_FAILURE() << "a look-up never ended";
        std::abort();
    }
    return pending.get();
}

/// A look-up that waits until it is let go.
class gated_lookup {
public:
    gated_lookup() = default;

    lookup_outcome operator()(const std::string& host) {
        ++calls;
        std::unique_lock lock(mutex_);
        ++inside;
        changed_.wait(lock, [this] { return open_; });
        --inside;
        lookup_outcome result;
        if (host == "bad") {
            result.error = error::host_not_found;
        } else {
            result.addresses.push_back(boost::asio::ip::address_v4::loopback());
        }
        return result;
    }

    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }

    std::atomic<int> calls{0};
    std::atomic<int> inside{0};

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
};

class ThreadedResolver : public testing::Test {
protected:
    std::shared_ptr<resolver> make(const threaded_resolver_settings& settings = {}) {
        return make_threaded_resolver(
            [gate = gate_](const std::string& host) { return (*gate)(host); }, settings);
    }

    void await_inside(int count) {
        const auto until = clock::now() + std::chrono::seconds(10);
        while (gate_->inside != count && clock::now() < until) {
            std::this_thread::yield();
        }
        ASSERT_EQ(gate_->inside, count);
    }

    std::shared_ptr<gated_lookup> gate_ = std::make_shared<gated_lookup>();
};

TEST_F(ThreadedResolver, EqualLookUpsAreMadeOnce) {
    const auto with = make();
    auto first = resolve(*with, "a", 80);
    auto second = resolve(*with, "a", 443);
    gate_->open();
    EXPECT_EQ(await(first).second.at(0).port(), 80);
    EXPECT_EQ(await(second).second.at(0).port(), 443);
    EXPECT_EQ(gate_->calls, 1);
}

TEST_F(ThreadedResolver, AnOutcomeIsKeptForAWhile) {
    threaded_resolver_settings settings;
    settings.keep_found = std::chrono::hours(1);
    const auto with = make(settings);
    gate_->open();
    auto first = resolve(*with, "a");
    await(first);
    auto second = resolve(*with, "a");
    EXPECT_EQ(second.wait_for(std::chrono::seconds(0)), std::future_status::ready);
    EXPECT_EQ(gate_->calls, 1);
}

TEST_F(ThreadedResolver, AnOutcomeIsForgottenAfterItsTime) {
    threaded_resolver_settings settings;
    settings.keep_failed = duration(0);
    const auto with = make(settings);
    gate_->open();
    for (int i = 1; i <= 3; ++i) {
        auto pending = resolve(*with, "bad");
        EXPECT_EQ(await(pending).first, error_code(error::host_not_found));
        EXPECT_EQ(gate_->calls, i);
    }
}

TEST_F(ThreadedResolver, NoMoreLookUpsRunAtOnceThanThreadsAllowed) {
    threaded_resolver_settings settings;
    settings.max_threads = 2;
    const auto with = make(settings);
    std::vector<std::future<outcome>> pending;
    for (int i = 0; i < 6; ++i) {
        pending.push_back(resolve(*with, "host" + std::to_string(i)));
    }
    await_inside(2);
    EXPECT_EQ(gate_->calls, 2);
    gate_->open();
    for (auto& each : pending) {
        EXPECT_FALSE(await(each).first);
    }
    EXPECT_EQ(gate_->calls, 6);
}

TEST_F(ThreadedResolver, ASlowHostHoldsUpNoOther) {
    const auto with = make_threaded_resolver(
        [gate = gate_](const std::string& host) {
            return host == "slow" ? (*gate)(host) : lookup_outcome();
        },
        {});
    auto slow = resolve(*with, "slow");
    await_inside(1);
    auto other = resolve(*with, "other");
    EXPECT_FALSE(await(other).first);
    gate_->open();
    await(slow);
}

TEST_F(ThreadedResolver, DestroyingItDoesNotWaitForALookUp) {
    auto with = make();
    auto pending = resolve(*with, "a");
    await_inside(1);
    with.reset();
    gate_->open();
    EXPECT_FALSE(await(pending).first);
}

TEST(SystemResolver, KnowsLocalhost) {
    auto pending = resolve(*system_resolver(), "localhost", 7);
    const auto [ec, found] = await(pending);
    ASSERT_FALSE(ec) << ec.message();
    for (const auto& peer : found) {
        EXPECT_TRUE(peer.address().is_loopback());
        EXPECT_EQ(peer.port(), 7);
    }
}

TEST(SystemResolver, ANameThatCantExistIsNotFound) {
    const auto found = look_up_by_system("no such name");
    EXPECT_EQ(found.error, error_code(error::host_not_found));
}

} // namespace
} // namespace roomport::http::detail
