#include "http/socket_bio.hpp"

#include <cerrno>
#include <cstddef>
#include <openssl/bio.h>
#include <sys/socket.h>
#include <sys/types.h>

namespace roomport::http::detail {
namespace {

bool is_not_ready(int code) {
    return code == EAGAIN || code == EWOULDBLOCK || code == EINTR;
}

socket_state& state_of(BIO* bio) {
    return *static_cast<socket_state*>(BIO_get_data(bio));
}

int read_socket(BIO* bio, char* to, std::size_t size, std::size_t* moved) {
    auto& state = state_of(bio);
    BIO_clear_retry_flags(bio);
    const ssize_t got = ::recv(state.socket, to, size, 0);
    if (got > 0) {
        *moved = static_cast<std::size_t>(got);
        return 1;
    }
    *moved = 0;
    if (got == 0) {
        state.at_end = true;
    } else if (is_not_ready(errno)) {
        BIO_set_retry_read(bio);
    } else {
        state.system_error = errno;
    }
    return 0;
}

int write_socket(BIO* bio, const char* from, std::size_t size, std::size_t* moved) {
    auto& state = state_of(bio);
    BIO_clear_retry_flags(bio);
    const ssize_t put = ::send(state.socket, from, size, MSG_NOSIGNAL);
    if (put >= 0) {
        *moved = static_cast<std::size_t>(put);
        return 1;
    }
    *moved = 0;
    if (is_not_ready(errno)) {
        BIO_set_retry_write(bio);
    } else {
        state.system_error = errno;
    }
    return 0;
}

long control(BIO* bio, int command, long, void*) {
    switch (command) {
    case BIO_CTRL_FLUSH:
        return 1;
    case BIO_CTRL_EOF:
        return state_of(bio).at_end ? 1 : 0;
    default:
        return 0;
    }
}

BIO_METHOD* make_method() {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "roomport");
    if (method != nullptr) {
        BIO_meth_set_read_ex(method, read_socket);
        BIO_meth_set_write_ex(method, write_socket);
        BIO_meth_set_ctrl(method, control);
    }
    return method;
}

} // namespace

BIO* make_socket_bio(socket_state& state) {
    // Never freed: a connection may end after static objects were destroyed.
    static BIO_METHOD* const method = make_method();
    BIO* bio = method != nullptr ? BIO_new(method) : nullptr;
    if (bio != nullptr) {
        BIO_set_data(bio, &state);
        BIO_set_init(bio, 1);
    }
    return bio;
}

} // namespace roomport::http::detail
