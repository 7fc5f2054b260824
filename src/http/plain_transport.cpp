#include "http/plain_transport.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <sys/types.h>

namespace roomport::http::detail {
namespace {

using kind = transport_result::kind;

class plain_transport final : public transport {
public:
    explicit plain_transport(int socket) : socket_(socket) {}

    transport_result handshake() override { return {}; }

    transport_result read(char* to, std::size_t size) override {
        ssize_t moved = 0;
        do {
            moved = ::recv(socket_, to, size, 0);
        } while (moved < 0 && errno == EINTR);
        if (moved == 0) {
            return {kind::end, 0, {}};
        }
        return result_of(moved, kind::want_read);
    }

    transport_result write(std::string_view bytes) override {
        ssize_t moved = 0;
        do {
            moved = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        } while (moved < 0 && errno == EINTR);
        return result_of(moved, kind::want_write);
    }

    bool has_buffered() const override { return false; }
    bool is_quiet() const override { return false; }
    void say_goodbye() override {}
    std::string_view problem() const override { return {}; }
    bool resumed() const override { return false; }

private:
    static transport_result result_of(ssize_t moved, kind when_not_ready) {
        if (moved >= 0) {
            return {kind::done, static_cast<std::size_t>(moved), {}};
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return {when_not_ready, 0, {}};
        }
        return {kind::failed, 0, error::connection_closed};
    }

    int socket_;
};

} // namespace

std::unique_ptr<transport> make_plain_transport(int socket) {
    return std::make_unique<plain_transport>(socket);
}

} // namespace roomport::http::detail
