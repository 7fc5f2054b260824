#pragma once

#include <roomport/http/pool.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace roomport::test {

/// How a request through a pool ended.
class http_outcome {
public:
    http_outcome() = default;

    error_code error;
    http::response answer;
    std::string body;
};

/// An io_context with threads that run it, and blocking calls for tests.
class pool_runner {
public:
    explicit pool_runner(unsigned threads = 1);
    pool_runner(const pool_runner&) = delete;
    pool_runner& operator=(const pool_runner&) = delete;
    /// Waits until nothing is left to run; pools must be gone.
    ~pool_runner();

    boost::asio::io_context& context() noexcept { return context_; }
    boost::asio::any_io_executor executor() { return context_.get_executor(); }

    /// A pool for an URL.
    std::unique_ptr<http::pool> make_pool(const std::string& url,
                                          http::pool_options options = http::pool_options());

    /// Starts a request; `signal`, if any, can cancel it through `emit`.
    std::future<http_outcome> send(http::pool& to, http::request wanted,
                                   std::shared_ptr<boost::asio::cancellation_signal> signal = {});

    /// Emits on a signal in the context. With several threads use `send` without a signal.
    void emit(const std::shared_ptr<boost::asio::cancellation_signal>& signal);

    /// Sends a request and waits for its end; fails the test when there is none in 20 s.
    http_outcome get(http::pool& from, http::request wanted);
    http_outcome get(http::pool& from, const std::string& target = "/");

    /// Waits for an outcome; fails the test when there is none in 20 s.
    static http_outcome await(std::future<http_outcome>& pending);

private:
    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::vector<std::thread> threads_;
};

/// Waits until a condition holds; false when it does not within 10 s.
bool eventually(const std::function<bool()>& condition);

/// A GET that may be sent twice, with a deadline.
http::request get_request(const std::string& target = "/",
                          std::chrono::milliseconds within = std::chrono::seconds(10));

} // namespace roomport::test
