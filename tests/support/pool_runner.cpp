#include "support/pool_runner.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/post.hpp>

#include <gtest/gtest.h>

#include <utility>

namespace roomport::test {

namespace asio = boost::asio;

pool_runner::pool_runner(unsigned threads) : work_(asio::make_work_guard(context_)) {
    for (unsigned i = 0; i < threads; ++i) {
        threads_.emplace_back([this] { context_.run(); });
    }
}

pool_runner::~pool_runner() {
    work_.reset();
    for (auto& thread : threads_) {
        thread.join();
    }
}

std::unique_ptr<http::pool> pool_runner::make_pool(const std::string& url,
                                                   http::pool_options options) {
    return std::make_unique<http::pool>(executor(), http::origin::parse(url).value(),
                                        std::move(options));
}

std::future<http_outcome> pool_runner::send(http::pool& to, http::request wanted,
                                            std::shared_ptr<asio::cancellation_signal> signal) {
    struct call {
        std::promise<http_outcome> promise;
        http::string_sink sink;
    };
    auto state = std::make_shared<call>();
    auto result = state->promise.get_future();
    auto handler = [state, signal](error_code ec, http::response answer) {
        http_outcome outcome;
        outcome.error = ec;
        outcome.answer = std::move(answer);
        outcome.body = std::move(state->sink.text);
        state->promise.set_value(std::move(outcome));
    };
    auto& sink = state->sink;
    if (signal) {
        asio::post(context_, [&to, &sink, signal, wanted = std::move(wanted),
                              handler = std::move(handler)]() mutable {
            to.async_request(std::move(wanted), sink,
                             asio::bind_cancellation_slot(signal->slot(), std::move(handler)));
        });
    } else {
        to.async_request(std::move(wanted), sink, std::move(handler));
    }
    return result;
}

void pool_runner::emit(const std::shared_ptr<asio::cancellation_signal>& signal) {
    asio::post(context_, [signal] { signal->emit(asio::cancellation_type::terminal); });
}

http_outcome pool_runner::await(std::future<http_outcome>& pending) {
    if (pending.wait_for(std::chrono::seconds(20)) != std::future_status::ready) {
        ADD_FAILURE() << "the request never ended";
        std::abort();
    }
    return pending.get();
}

http_outcome pool_runner::get(http::pool& from, http::request wanted) {
    auto pending = send(from, std::move(wanted));
    return await(pending);
}

http_outcome pool_runner::get(http::pool& from, const std::string& target) {
    return get(from, get_request(target));
}

bool eventually(const std::function<bool()>& condition) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > until) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

http::request get_request(const std::string& target, std::chrono::milliseconds within) {
    http::request wanted(http::method::get, target);
    wanted.repeatable = true;
    wanted.deadline = clock::now() + within;
    return wanted;
}

} // namespace roomport::test
