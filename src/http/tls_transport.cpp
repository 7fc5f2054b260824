#include "http/tls_transport.hpp"

#include "http/socket_bio.hpp"
#include "http/tls_error.hpp"
#include "http/tls_problem.hpp"

#include <cerrno>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <utility>

namespace roomport::http::detail {
namespace {

using kind = transport_result::kind;

// What anyone left behind would be taken for the outcome of the next call. Looking first is much cheaper.
void forget_errors() {
    if (ERR_peek_error() != 0) {
        ERR_clear_error();
    }
}

class tls_transport final : public transport {
public:
    tls_transport(std::shared_ptr<tls_context> context, int socket) : context_(std::move(context)) {
        state_.socket = socket;
    }

    ~tls_transport() override {
        // OpenSSL takes a session whose connection had no goodbye for compromised and would never resume it.
        if (connected_ && !broken_) {
            SSL_set_shutdown(connection_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
        }
    }

    /// @return whether there was memory for it.
    bool attach() {
        connection_ = context_->make_connection(notes_);
        if (!connection_) {
            return false;
        }
        BIO* bio = make_socket_bio(state_);
        if (bio == nullptr) {
            return false;
        }
        SSL_set_bio(connection_.get(), bio, bio);
        return true;
    }

    transport_result handshake() override {
        ERR_clear_error();
        const int outcome = SSL_do_handshake(connection_.get());
        if (outcome == 1) {
            connected_ = true;
            return {};
        }
        auto result = result_of(outcome);
        if (result.how == kind::want_read || result.how == kind::want_write) {
            return result;
        }
        context_->forget_sessions();
        if (result.how == kind::failed && result.error == error_code(error::tls_broken)) {
            // The innermost error of a refused certificate may be another library's: the outermost tells.
            result.error =
                handshake_error(ERR_peek_last_error(), SSL_get_verify_result(connection_.get()));
        }
        if (result.how == kind::end || result.how == kind::truncated) {
            result = {kind::failed, 0, error::connection_closed};
        }
        if (result.error == error_code(error::connection_closed)) {
            problem_ = silent_end_problem(true, notes_);
        }
        return result;
    }

    transport_result read(char* to, std::size_t size) override {
        std::size_t moved = 0;
        if (failure_) {
            return {kind::failed, 0, *failure_};
        }
        forget_errors();
        const int outcome = SSL_read_ex(connection_.get(), to, size, &moved);
        return outcome == 1 ? transport_result{kind::done, moved, {}} : result_of(outcome);
    }

    transport_result write(std::string_view bytes) override {
        std::size_t moved = 0;
        forget_errors();
        const int outcome = SSL_write_ex(connection_.get(), bytes.data(), bytes.size(), &moved);
        return outcome == 1 ? transport_result{kind::done, moved, {}} : result_of(outcome);
    }

    bool has_buffered() const override { return SSL_has_pending(connection_.get()) == 1; }

    bool is_quiet() const override {
        char byte = 0;
        return !has_buffered() && ::recv(state_.socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
               (errno == EAGAIN || errno == EWOULDBLOCK);
    }

    void say_goodbye() override {
        if (connected_ && !broken_ && !state_.at_end && state_.system_error == 0) {
            ERR_clear_error();
            SSL_shutdown(connection_.get());
            ERR_clear_error();
        }
    }

    std::string_view problem() const override { return problem_; }

    bool resumed() const override { return SSL_session_reused(connection_.get()) == 1; }

private:
    transport_result result_of(int outcome) {
        switch (SSL_get_error(connection_.get(), outcome)) {
        case SSL_ERROR_WANT_READ:
            return {kind::want_read, 0, {}};
        case SSL_ERROR_WANT_WRITE:
            return {kind::want_write, 0, {}};
        case SSL_ERROR_ZERO_RETURN:
            return {kind::end, 0, {}};
        case SSL_ERROR_SYSCALL:
            broken_ = true;
            problem_ = silent_end_problem(false, notes_);
            if (state_.at_end) {
                return {kind::truncated, 0, {}};
            }
            return {kind::failed, 0, error::connection_closed};
        default:
            broken_ = true;
            if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
                problem_ = silent_end_problem(false, notes_);
                return {kind::truncated, 0, {}};
            }
            problem_ = tls_problem(ERR_peek_error(), connection_.get(), notes_, context_->host());
            failure_ = error::tls_broken;
            return {kind::failed, 0, *failure_};
        }
    }

    std::shared_ptr<tls_context> context_;
    socket_state state_;
    handshake_notes notes_;
    ssl_ptr connection_;
    std::string problem_;
    /// How TLS failed. OpenSSL tells it once: whoever looked whether the connection is quiet may have been the one.
    std::optional<error_code> failure_;
    bool connected_ = false;
    bool broken_ = false;
};

} // namespace

std::unique_ptr<transport> make_tls_transport(std::shared_ptr<tls_context> context, int socket) {
    auto result = std::make_unique<tls_transport>(std::move(context), socket);
    if (!result->attach()) {
        return nullptr;
    }
    return result;
}

} // namespace roomport::http::detail
