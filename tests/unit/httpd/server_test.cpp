#include "httpd/server.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <cstddef>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::ip::tcp;
using roomport::httpd::request;
using roomport::httpd::responder;
using roomport::httpd::response;
using roomport::httpd::server;
using roomport::httpd::server_options;

/// A plain server whose handler is the test's, and blocking-free callers on the same thread.
class HttpServer : public testing::Test {
protected:
    void start(server_options options = server_options()) {
        served =
            std::make_unique<server>(context, std::move(options),
                                     [this](request received, std::shared_ptr<responder> caller) {
                                         handle(std::move(received), std::move(caller));
                                     });
        where = served->listen({tcp::endpoint(asio::ip::address_v4::loopback(), 0)}).front();
    }

    tcp::socket connect() {
        tcp::socket socket(context);
        socket.connect(where);
        return socket;
    }

    void send(tcp::socket& socket, std::string_view text) {
        asio::write(socket, asio::buffer(text.data(), text.size()));
    }

    /// Runs everything until the peer has closed; what came is the result.
    std::string read_all(tcp::socket& socket) {
        std::string text;
        bool ended = false;
        asio::async_read(socket, asio::dynamic_buffer(text),
                         [&](boost::system::error_code, std::size_t) { ended = true; });
        run_until([&] { return ended; });
        return text;
    }

    template <class Condition>
    void run_until(Condition condition) {
        const auto end = std::chrono::steady_clock::now() + 30s;
        while (!condition() && std::chrono::steady_clock::now() < end) {
            context.run_one_for(100ms);
        }
        ASSERT_TRUE(condition());
    }

    asio::io_context context;
    std::function<void(request, std::shared_ptr<responder>)> handle =
        [](const request& received, const std::shared_ptr<responder>& caller) {
            caller->send(response(200, received.body));
        };
    std::unique_ptr<server> served;
    tcp::endpoint where;
};

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(HttpServer, AnswersAndClosesWhenAsked) {
    start();
    auto socket = connect();
    send(socket, "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi");
    const auto answer = read_all(socket);
    EXPECT_EQ(answer.substr(0, 15), "HTTP/1.1 200 OK");
    EXPECT_EQ(answer.substr(answer.size() - 2), "hi");
    run_until([&] { return served->connections() == 0; });
}

TEST_F(HttpServer, ABodyIsReadOnlyWhenItsRequestIsAdmitted) {
    server_options options;
    options.admit = [](const request& head) {
        roomport::httpd::admission verdict;
        verdict.most_body = 4;
        if (head.path.front() == "closed") {
            verdict.refusal = response(403, "no");
        }
        return verdict;
    };
    start(std::move(options));
    handle = [](const request& received, const std::shared_ptr<responder>& caller) {
        EXPECT_EQ(received.body, "abcd");
        caller->send(response(200, "yes"));
    };
    const auto answer_to = [&](std::string_view text) {
        auto socket = connect();
        send(socket, text);
        return read_all(socket).substr(9, 3);
    };
    constexpr const char* rest = " HTTP/1.1\r\nHost: x\r\nContent-Length: ";
    EXPECT_EQ(answer_to("POST /closed" + std::string(rest) + "4\r\n\r\nabc"), "403");
    EXPECT_EQ(answer_to("POST /open" + std::string(rest) + "5\r\n\r\n"), "413");
    EXPECT_EQ(answer_to("POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "5\r\nabcde\r\n"),
              "413");
    auto socket = connect();
    send(socket, "POST /open" + std::string(rest) + "4\r\nConnection: close\r\n\r\nab");
    run_until([&] { return served->connections() == 1; });
    send(socket, "cd");
    EXPECT_EQ(read_all(socket).substr(9, 3), "200");
}

TEST_F(HttpServer, AnExchangeThatIsLetGoIsAnswered500) {
    start();
    handle = [](const request&, const std::shared_ptr<responder>&) {
    };
    auto socket = connect();
    send(socket, "GET / HTTP/1.0\r\n\r\n");
    EXPECT_EQ(read_all(socket).substr(0, 12), "HTTP/1.1 500");
}

TEST_F(HttpServer, AHandlerThatThrowsIsAnswered500) {
    start();
    handle = [](const request&, const std::shared_ptr<responder>&) {
        throw std::runtime_error("secret");
    };
    auto socket = connect();
    send(socket, "GET / HTTP/1.0\r\n\r\n");
    const auto answer = read_all(socket);
    EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 500");
    EXPECT_EQ(answer.find("secret"), answer.npos);
}

TEST_F(HttpServer, TellsWhenACallerLeavesAHeldAnswer) {
    start();
    std::shared_ptr<responder> held;
    bool abandoned = false;
    handle = [&](const request&, std::shared_ptr<responder> caller) {
        held = std::move(caller);
        held->on_abandoned([&] { abandoned = true; });
    };
    auto socket = connect();
    send(socket, get);
    run_until([&] { return held != nullptr; });
    socket.set_option(asio::socket_base::linger(true, 0));
    socket.close();
    run_until([&] { return abandoned; });
    held->send(response(200, ""));
    EXPECT_EQ(served->connections(), 0U);
}

TEST_F(HttpServer, ACallerWhoOnlyEndsItsOwnSideIsAnsweredAllItAsked) {
    server_options options;
    options.every_answer = {{"Everywhere", "yes"}};
    start(std::move(options));
    std::vector<std::shared_ptr<responder>> held;
    handle = [&](const request&, std::shared_ptr<responder> caller) {
        held.push_back(std::move(caller));
    };
    auto socket = connect();
    send(socket, std::string(get) + std::string(get));
    socket.shutdown(tcp::socket::shutdown_send);
    run_until([&] { return held.size() == 1; });
    // What has been read of the end is known before the answer is given.
    context.run_for(50ms);
    held.at(0)->send(response(200, "first"));
    run_until([&] { return held.size() == 2; });
    held.at(1)->send(response(200, "second"));
    const auto answers = read_all(socket);
    const auto second = answers.find("HTTP/1.1 200", 1);
    ASSERT_NE(second, answers.npos);
    EXPECT_NE(answers.find("first"), answers.npos);
    EXPECT_NE(answers.find("Everywhere: yes"), answers.npos);
    EXPECT_NE(answers.find("Connection: close", second), answers.npos);
    EXPECT_EQ(answers.substr(answers.size() - 6), "second");
    run_until([&] { return served->connections() == 0; });
}

TEST_F(HttpServer, AHeldAnswerOutlastsTheEndOfTheCallersSideByABoundedTime) {
    server_options options;
    options.idle_timeout = 100ms;
    start(std::move(options));
    std::shared_ptr<responder> held;
    bool abandoned = false;
    handle = [&](const request&, std::shared_ptr<responder> caller) {
        held = std::move(caller);
        held->on_abandoned([&] { abandoned = true; });
    };
    auto socket = connect();
    send(socket, get);
    socket.shutdown(tcp::socket::shutdown_send);
    run_until([&] { return abandoned; });
    EXPECT_EQ(served->connections(), 0U);
}

TEST_F(HttpServer, DrainEndsIdleConnectionsAndLetsAHeldAnswerBeTheLast) {
    start();
    std::shared_ptr<responder> held;
    handle = [&](const request&, std::shared_ptr<responder> caller) {
        held = std::move(caller);
    };
    auto idle = connect();
    auto busy = connect();
    send(busy, get);
    run_until([&] { return held != nullptr && served->connections() == 2; });
    served->drain();
    EXPECT_EQ(read_all(idle), "");
    held->send(response(200, "bye"));
    const auto answer = read_all(busy);
    EXPECT_NE(answer.find("Connection: close\r\n"), answer.npos);
    EXPECT_EQ(answer.substr(answer.size() - 3), "bye");
    tcp::socket late(context);
    boost::system::error_code ec;
    late.connect(where, ec);
    EXPECT_TRUE(ec);
}

TEST_F(HttpServer, ASlowRequestIsAnswered408AndAnIdleConnectionIsClosed) {
    server_options options;
    options.request_timeout = 300ms;
    options.idle_timeout = 300ms;
    start(options);
    auto slow = connect();
    send(slow, "GET / HTTP/1.1\r\n");
    EXPECT_EQ(read_all(slow).substr(0, 12), "HTTP/1.1 408");
    auto idle = connect();
    send(idle, get);
    EXPECT_EQ(read_all(idle).substr(0, 12), "HTTP/1.1 200");
}

TEST_F(HttpServer, AcceptsAgainWhenNoAnswerIsHeldOnItsOnlyConnection) {
    server_options options;
    options.bounds.connections = 1;
    start(options);
    std::shared_ptr<responder> held;
    handle = [&](const request&, std::shared_ptr<responder> caller) {
        if (held) {
            caller->send(response(200, "second"));
        } else if (caller->hold(1)) {
            held = std::move(caller);
        }
    };
    auto first = connect();
    send(first, "GET / HTTP/1.0\r\n\r\n");
    run_until([&] { return held != nullptr; });
    auto second = connect();
    send(second, "GET / HTTP/1.0\r\n\r\n");
    context.run_for(50ms);
    EXPECT_EQ(served->connections(), 1U);
    held->send(response(200, "first"));
    const auto answer = read_all(first);
    EXPECT_EQ(answer.substr(answer.size() - 5), "first");
    first.close();
    EXPECT_EQ(read_all(second).substr(0, 12), "HTTP/1.1 200");
}

TEST_F(HttpServer, ANewcomerTakesThePlaceOfTheLongestIdle) {
    server_options options;
    options.bounds.connections = 3;
    start(options);
    std::vector<tcp::socket> idle;
    for (std::size_t open = 1; open <= 3; ++open) {
        idle.push_back(connect());
        run_until([&] { return served->connections() == open; });
    }
    send(idle[0], get);
    run_until([&] { return idle[0].available() > 0; });
    auto good = connect();
    send(good, "GET / HTTP/1.0\r\n\r\n");
    EXPECT_EQ(read_all(good).substr(0, 12), "HTTP/1.1 200");
    EXPECT_EQ(read_all(idle[1]), "");
    EXPECT_EQ(served->usage().replaced_connections, 1U);
    EXPECT_LE(served->usage().connections, 3U);
}

TEST_F(HttpServer, TellsWhoHoldsTooMany) {
    server_options options;
    options.bounds.holds = 1;
    start(options);
    std::shared_ptr<responder> held;
    bool was_refused = false;
    handle = [&](const request&, std::shared_ptr<responder> caller) {
        if (caller->hold(1)) {
            held = std::move(caller);
        } else {
            was_refused = true;
        }
    };
    auto first = connect();
    send(first, get);
    run_until([&] { return held != nullptr; });
    auto second = connect();
    send(second, "GET / HTTP/1.0\r\n\r\n");
    const auto answer = read_all(second);
    EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 503");
    EXPECT_NE(answer.find("Retry-After: 1\r\n"), answer.npos);
    EXPECT_NE(answer.find("max_holds (1)"), answer.npos);
    EXPECT_TRUE(was_refused);
    first.set_option(asio::socket_base::linger(true, 0));
    first.close();
    run_until([&] { return served->usage().holds == 0; });
    auto third = connect();
    send(third, get);
    run_until([&] { return served->usage().holds == 1; });
}

TEST_F(HttpServer, AnAddressWithTooManyConnectionsIsTold) {
    server_options options;
    options.bounds.connections_per_address = 1;
    start(options);
    auto first = connect();
    run_until([&] { return served->connections() == 1; });
    auto second = connect();
    send(second, get);
    const auto answer = read_all(second);
    EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 429");
    EXPECT_NE(answer.find("max_connections_per_address (1)"), answer.npos);
    EXPECT_NE(answer.find("Retry-After: 1\r\n"), answer.npos);
    second.close();
    send(first, "GET / HTTP/1.0\r\n\r\n");
    EXPECT_EQ(read_all(first).substr(0, 12), "HTTP/1.1 200");
}

TEST_F(HttpServer, UnfinishedRequestsAreBoundedTogether) {
    server_options options;
    options.bounds.input_bytes = 150'000;
    start(options);
    const std::string begun = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n";
    auto first = connect();
    send(first, begun + "x");
    run_until([&] { return served->usage().input_bytes > 100'000; });
    auto second = connect();
    send(second, begun + std::string(100'000, 'x'));
    const auto refusal = read_all(first);
    EXPECT_EQ(refusal.substr(0, 12), "HTTP/1.1 503");
    EXPECT_NE(refusal.find("max_input_bytes (150000)"), refusal.npos);
    run_until([&] { return second.available() > 100'000; });
    run_until([&] { return served->usage().input_bytes == 0; });
    EXPECT_EQ(served->usage().shed_inputs, 1U);
}

TEST_F(HttpServer, SlowReadersGoBeforeTooMuchWaitsToBeWritten) {
    server_options options;
    options.bounds.output_bytes = std::size_t{40} << 20U;
    start(options);
    // More than the kernel keeps on its way, so that it waits here.
    const std::string large(std::size_t{16} << 20U, 'x');
    handle = [&](const request&, const std::shared_ptr<responder>& caller) {
        caller->send(response(200, large));
    };
    std::vector<tcp::socket> slow;
    for (std::size_t sent = 1; sent <= 3; ++sent) {
        slow.push_back(connect());
        send(slow.back(), get);
        run_until([&] {
            return served->usage().output_bytes + served->usage().shed_outputs * large.size() >=
                   sent * large.size();
        });
        EXPECT_LE(served->usage().output_bytes, options.bounds.output_bytes);
    }
    EXPECT_EQ(served->usage().shed_outputs, 1U);
    EXPECT_LT(read_all(slow[0]).size(), large.size());
}

TEST_F(HttpServer, ASharedBodyIsKeptOnce) {
    start();
    const auto shared = std::make_shared<const std::string>(std::size_t{16} << 20U, 'x');
    handle = [&](const request&, const std::shared_ptr<responder>& caller) {
        response answer(200, "");
        answer.shared_body = shared;
        caller->send(std::move(answer));
    };
    std::vector<tcp::socket> readers;
    for (std::size_t asked = 1; asked <= 5; ++asked) {
        readers.push_back(connect());
        send(readers.back(), "GET / HTTP/1.0\r\n\r\n");
        run_until([&] { return shared.use_count() > static_cast<long>(asked); });
    }
    EXPECT_LT(served->usage().output_bytes, shared->size() + 10'000);
    for (auto& each : readers) {
        const auto answer = read_all(each);
        EXPECT_EQ(answer.substr(answer.size() - shared->size()), *shared);
    }
    run_until([&] { return served->usage().output_bytes == 0; });
    auto head = connect();
    send(head, "HEAD / HTTP/1.0\r\n\r\n");
    EXPECT_NE(read_all(head).find("Content-Length: 16777216\r\n"), std::string::npos);
}

/// Lets no descriptor be opened any more, for as long as it exists.
class no_descriptors_left {
public:
    no_descriptors_left() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        rlimit none = before_;
        none.rlim_cur = 0;
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    no_descriptors_left(const no_descriptors_left&) = delete;
    no_descriptors_left& operator=(const no_descriptors_left&) = delete;
    ~no_descriptors_left() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_{};
};

TEST_F(HttpServer, TellsOnceThatNoConnectionCanBeAccepted) {
    std::vector<boost::system::error_code> told;
    server_options options;
    options.on_accept_failure = [&](boost::system::error_code ec) {
        told.push_back(ec);
    };
    start(options);
    for (std::size_t starved = 1; starved <= 2; ++starved) {
        tcp::socket caller(context, tcp::v4());
        {
            const no_descriptors_left starvation;
            caller.connect(where);
            run_until([&] { return told.size() == starved; });
            // Long enough for it to have tried again.
            context.run_for(120ms);
            ASSERT_EQ(told.size(), starved);
            EXPECT_EQ(told.back(), asio::error::no_descriptors);
        }
        send(caller, "GET / HTTP/1.0\r\n\r\n");
        EXPECT_EQ(read_all(caller).substr(0, 12), "HTTP/1.1 200");
    }
}

TEST_F(HttpServer, MayBeDestroyedInTheMiddleOfEverything) {
    start();
    std::shared_ptr<responder> held;
    handle = [&](const request&, std::shared_ptr<responder> caller) {
        held = std::move(caller);
    };
    auto busy = connect();
    send(busy, get);
    auto reading = connect();
    send(reading, "GET /");
    run_until([&] { return held != nullptr && served->connections() == 2; });
    served.reset();
    held->send(response(200, ""));
    held.reset();
    EXPECT_EQ(read_all(busy), "");
}

} // namespace
