// The floor: epoll and OpenSSL by hand, the answer looked at only as far as to know its end.

#include "bench_options.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace {

using namespace roomport;
using clock_type = std::chrono::steady_clock;

struct connection {
    SSL* tls = nullptr;
    int socket = -1;
};

void require(bool condition, const char* what) {
    if (!condition) {
        throw std::runtime_error(what);
    }
}

connection open_connection(SSL_CTX* context, std::uint16_t port) {
    connection made;
    made.socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    require(::connect(made.socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0,
            "connect");
    const int on = 1;
    ::setsockopt(made.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    made.tls = SSL_new(context);
    SSL_set1_host(made.tls, "localhost");
    SSL_set_tlsext_host_name(made.tls, "localhost");
    SSL_set_fd(made.tls, made.socket);
    require(SSL_connect(made.tls) == 1, "handshake");
    return made;
}

class run {
public:
    explicit run(const bench::bench_options& how) : options_(how), epoll_(::epoll_create1(0)) {
        SSL_CTX* context = SSL_CTX_new(TLS_client_method());
        require(SSL_CTX_load_verify_file(context, how.ca_file.c_str()) == 1, "CA file");
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
        SSL_CTX_set_read_ahead(context, 1);
        for (std::size_t i = 0; i < how.connections; ++i) {
            connections_.push_back(open_connection(context, how.port));
            idle_.push_back(i);
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.u64 = i;
            ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_[i].socket, &event);
            ::fcntl(connections_[i].socket, F_SETFL, O_NONBLOCK);
        }
        request_ = "GET " + bench::path_of(1) +
                   " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: raw\r\nAccept: */*\r\n\r\n";
    }

    void go() {
        const auto start = clock_type::now();
        const auto measure_from = start + options_.warm_up;
        const auto until = measure_from + options_.time;
        bool measuring = false;
        auto next_tick = start;
        while (true) {
            auto now = clock_type::now();
            if (!measuring && now >= measure_from) {
                measuring = true;
                measurement_.begin(answered_);
            }
            if (now >= until) {
                break;
            }
            int wait = 100;
            if (options_.rate == 0) {
                send_all(idle_.size());
            } else {
                const auto step = std::max<clock_type::duration>(
                    options_.tick, clock_type::duration(std::chrono::seconds(1)) / options_.rate);
                while (next_tick <= now) {
                    send_all(
                        static_cast<std::size_t>(static_cast<double>(options_.rate) *
                                                     std::chrono::duration<double>(step).count() +
                                                 0.5));
                    next_tick += step;
                }
                now = clock_type::now();
                wait_until(next_tick, now);
                continue;
            }
            read_ready(nullptr, wait);
        }
        measurement_.end(answered_);
    }

private:
    void wait_until(clock_type::time_point when, clock_type::time_point now) {
        const auto left = std::max(clock_type::duration::zero(), when - now);
        timespec timeout{};
        timeout.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(left).count();
        timeout.tv_nsec = (left % std::chrono::seconds(1)).count();
        read_ready(&timeout, 0);
    }

    void send_all(std::size_t count) {
        for (; count > 0 && !idle_.empty(); --count) {
            const auto index = idle_.back();
            idle_.pop_back();
            require(SSL_write(connections_[index].tls, request_.data(),
                              static_cast<int>(request_.size())) > 0,
                    "write");
        }
    }

    void read_ready(const timespec* timeout, int milliseconds) {
        std::array<epoll_event, 128> events{};
        const int count = timeout != nullptr
                              ? ::epoll_pwait2(epoll_, events.data(), 128, timeout, nullptr)
                              : ::epoll_wait(epoll_, events.data(), 128, milliseconds);
        for (int i = 0; i < count; ++i) {
            const auto index = events[static_cast<std::size_t>(i)].data.u64;
            const int got =
                SSL_read(connections_[index].tls, buffer_.data(), static_cast<int>(buffer_.size()));
            if (got > 0) {
                require(
                    is_complete(std::string_view(buffer_.data(), static_cast<std::size_t>(got))),
                    "the answer came in pieces");
                ++answered_;
                idle_.push_back(index);
            }
        }
    }

    static bool is_complete(std::string_view answer) {
        const auto head = answer.find("\r\n\r\n");
        const auto field = answer.find("Content-Length: ");
        return head != std::string_view::npos && field < head &&
               answer.size() == head + 4 + std::strtoul(answer.data() + field + 16, nullptr, 10);
    }

    bench::bench_options options_;
    int epoll_;
    std::vector<connection> connections_;
    std::vector<std::size_t> idle_;
    std::string request_;
    std::array<char, 16 * 1024> buffer_{};
    bench::measurement measurement_;
    std::uint64_t answered_ = 0;
};

} // namespace

int main(int count, char** words) {
    run(bench::read_options(count, words)).go();
}
