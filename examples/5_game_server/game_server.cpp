// A game server for the local room service to launch: it sends back what it gets, over UDP and TCP.
//
//   roomport serve --exec './game_server {port}'
//   roomport serve --exec ./game_server                  (the port from HATHORA_DEFAULT_PORT)
//   roomport serve --exec './game_server {port} {port:debug}' --ports default:udp,debug:tcp
//
// Every port given, or HATHORA_DEFAULT_PORT when there is none, is bound for both UDP and TCP. It prints what room it
// was started for, and ends with status 0 on SIGTERM.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;

class datagram_echo {
public:
    datagram_echo(asio::io_context& context, unsigned short port)
        : socket_(context, udp::endpoint(udp::v4(), port)) {
        receive();
    }

private:
    void receive() {
        socket_.async_receive_from(
            asio::buffer(buffer_), peer_, [this](error_code ec, std::size_t size) {
                if (!ec) {
                    error_code ignored;
                    socket_.send_to(asio::buffer(buffer_, size), peer_, 0, ignored);
                }
                if (ec != asio::error::operation_aborted) {
                    receive();
                }
            });
    }

    udp::socket socket_;
    udp::endpoint peer_;
    std::array<char, 2048> buffer_{};
};

class player : public std::enable_shared_from_this<player> {
public:
    explicit player(tcp::socket socket) : socket_(std::move(socket)) {}

    void serve() {
        socket_.async_read_some(asio::buffer(buffer_),
                                [self = shared_from_this()](error_code ec, std::size_t size) {
                                    if (!ec) {
                                        self->answer(size);
                                    }
                                });
    }

private:
    void answer(std::size_t size) {
        asio::async_write(socket_, asio::buffer(buffer_, size),
                          [self = shared_from_this()](error_code ec, std::size_t) {
                              if (!ec) {
                                  self->serve();
                              }
                          });
    }

    tcp::socket socket_;
    std::array<char, 2048> buffer_{};
};

class stream_echo {
public:
    stream_echo(asio::io_context& context, unsigned short port)
        : acceptor_(context, tcp::endpoint(tcp::v4(), port)) {
        accept();
    }

private:
    void accept() {
        acceptor_.async_accept([this](error_code ec, tcp::socket socket) {
            if (!ec) {
                std::make_shared<player>(std::move(socket))->serve();
            }
            if (ec != asio::error::operation_aborted) {
                accept();
            }
        });
    }

    tcp::acceptor acceptor_;
};

unsigned short read_port(std::string_view text) {
    unsigned short port = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, port);
    if (error != std::errc() || stop != end || port == 0) {
        throw std::runtime_error("a port is a number from 1 to 65535");
    }
    return port;
}

const char* environment(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

} // namespace

int main(int count, char** arguments) {
    try {
        std::vector<unsigned short> ports;
        for (int index = 1; index < count; ++index) {
            ports.push_back(read_port(arguments[index]));
        }
        if (ports.empty()) {
            ports.push_back(read_port(environment("HATHORA_DEFAULT_PORT")));
        }

        asio::io_context context;
        std::vector<std::unique_ptr<datagram_echo>> datagrams;
        std::vector<std::unique_ptr<stream_echo>> streams;
        for (const auto port : ports) {
            datagrams.push_back(std::make_unique<datagram_echo>(context, port));
            streams.push_back(std::make_unique<stream_echo>(context, port));
        }
        std::printf("room %s in %s is ready on port %u\n", environment("HATHORA_INITIAL_ROOM_ID"),
                    environment("HATHORA_REGION"), static_cast<unsigned>(ports.front()));
        std::fflush(stdout);

        asio::signal_set signals(context, SIGTERM, SIGINT);
        signals.async_wait([&context](error_code, int) { context.stop(); });
        context.run();
        return 0;
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "game_server: %s\n", failure.what());
        return 1;
    }
}
