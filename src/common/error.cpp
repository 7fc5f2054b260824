#include <roomport/error.hpp>

#include <boost/asio/error.hpp>

#include <array>
#include <string>

namespace roomport {
namespace {

struct error_row {
    error value;
    errc condition;
    const char* message;
};

constexpr std::array error_rows{
    error_row{error::connect_failed, errc::connect,
              "no connection could be opened; check that the server runs and that host and port "
              "are right"},
    error_row{error::host_not_found, errc::dns, "the host name does not exist; check the endpoint"},
    error_row{error::resolve_failed, errc::dns,
              "the host name could not be resolved; check the name server, or try again later"},
    error_row{error::tls_handshake_failed, errc::tls,
              "the TLS handshake failed; check that the port speaks TLS"},
    error_row{error::tls_identity_refused, errc::tls,
              "the server's certificate was refused; check the host name and the CA file"},
    error_row{error::tls_version_refused, errc::tls,
              "no TLS version in common; the server must offer TLS 1.2 or later"},
    error_row{error::tls_broken, errc::tls,
              "the TLS connection was damaged or ended by an alert of the peer"},
    error_row{error::attempt_timeout, errc::timeout,
              "the attempt took longer than its deadline; check the server, or allow more time"},
    error_row{
        error::connect_timeout, errc::timeout,
        "connecting took longer than the connect timeout; check the network, or allow more time"},
    error_row{error::acquire_timeout, errc::timeout,
              "no connection became free in time; allow more connections or more time"},
    error_row{error::deadline_passed, errc::timeout,
              "the deadline passed before there was a result"},
    error_row{error::connection_closed, errc::closed,
              "the connection ended before the answer was complete"},
    error_row{error::bad_http, errc::protocol, "the answer is not valid HTTP"},
    error_row{error::headers_too_large, errc::limit,
              "the answer's header section is larger than allowed"},
    error_row{error::body_too_large, errc::limit, "the answer's body is larger than allowed"},
    error_row{error::value_too_large, errc::limit,
              "a value in the document is larger than allowed"},
    error_row{error::queue_full, errc::limit,
              "too many requests wait for a connection; send fewer at once, or raise the bound"},
    error_row{error::not_json, errc::parse, "the document is not valid JSON"},
    error_row{error::wrong_shape, errc::schema, "the document does not have the expected shape"},
    error_row{error::broken_promise, errc::contract,
              "the answer breaks a promise of the API and can't be used"},
    error_row{error::invalid_argument, errc::invalid_argument,
              "an argument is outside its range; nothing was sent"},
    error_row{error::plaintext_refused, errc::invalid_argument,
              "plain HTTP is refused beyond loopback and never carries a token; use https"},
    error_row{error::token_unavailable, errc::invalid_argument,
              "the token could not be read; check the file or the provider it comes from"},
    error_row{error::token_source_failed, errc::connect,
              "the token's provider failed; check what it gets the token from, or try again later"},
};

struct condition_row {
    errc value;
    std::string_view word;
};

constexpr std::array condition_rows{
    condition_row{errc::connect, "connect"},
    condition_row{errc::dns, "dns"},
    condition_row{errc::tls, "tls"},
    condition_row{errc::timeout, "timeout"},
    condition_row{errc::closed, "closed"},
    condition_row{errc::protocol, "protocol"},
    condition_row{errc::limit, "limit"},
    condition_row{errc::http_status, "http_status"},
    condition_row{errc::redirect, "redirect"},
    condition_row{errc::parse, "parse"},
    condition_row{errc::schema, "schema"},
    condition_row{errc::contract, "contract"},
    condition_row{errc::invalid_argument, "invalid_argument"},
    condition_row{errc::cancelled, "cancelled"},
    condition_row{errc::room_gone, "room_gone"},
    condition_row{errc::unauthorized, "unauthorized"},
    condition_row{errc::server_unavailable, "server_unavailable"},
    condition_row{errc::bad_response, "bad_response"},
    condition_row{errc::deadline_passed, "deadline_passed"},
    condition_row{errc::token_unavailable, "token_unavailable"},
    condition_row{errc::conflict, "conflict"},
};

const error_row* find_row(int value) noexcept {
    for (const auto& row : error_rows) {
        if (static_cast<int>(row.value) == value) {
            return &row;
        }
    }
    return nullptr;
}

class roomport_category final : public boost::system::error_category {
public:
    roomport_category() : error_category(0x6c1f0a2be5d34f71) {}
    const char* name() const noexcept override { return "roomport"; }
    std::string message(int value) const override {
        const auto* row = find_row(value);
        return row ? row->message : "unknown roomport error";
    }
};

class status_category final : public boost::system::error_category {
public:
    status_category() : error_category(0x3f8c27d1a9be4610) {}
    const char* name() const noexcept override { return "roomport.http"; }
    std::string message(int value) const override {
        return "the server answered with HTTP status " + std::to_string(value);
    }
    // Every status is a failure here: a code of this category exists only where the status was not the wanted one.
    bool failed(int) const noexcept override { return true; }
};

bool is_redirect(int status) {
    return status >= 300 && status <= 399 && status != 304;
}

bool is_unauthorized(int status) {
    return status == 401 || status == 402 || status == 403;
}

bool is_temporary(int status) {
    return status == 408 || status == 425 || status == 429 ||
           (status >= 500 && status <= 599 && status != 501 && status != 505);
}

bool belongs(error_code ec, errc condition) {
    if (!ec.failed()) {
        return false;
    }
    const bool is_status = ec.category() == http_status_category();
    const int status = is_status ? ec.value() : 0;
    const errc own = classify(ec);
    switch (condition) {
    case errc::room_gone:
        return status == 404 || status == 410;
    case errc::unauthorized:
        return is_status && is_unauthorized(status);
    case errc::server_unavailable:
        if (is_status) {
            return is_temporary(status);
        }
        return own == errc::connect || own == errc::dns || own == errc::closed ||
               ec == error_code(error::attempt_timeout) ||
               ec == error_code(error::connect_timeout) || ec == error_code(error::acquire_timeout);
    case errc::bad_response:
        if (is_status) {
            return !is_temporary(status) && (status < 400 || status > 499);
        }
        return own == errc::protocol || own == errc::limit || own == errc::parse ||
               own == errc::schema || own == errc::contract;
    case errc::deadline_passed:
        return ec == error_code(error::deadline_passed);
    case errc::token_unavailable:
        return ec == error_code(error::token_unavailable) ||
               ec == error_code(error::token_source_failed);
    case errc::conflict:
        return status == 409 || status == 422;
    default:
        return own == condition;
    }
}

class class_category final : public boost::system::error_category {
public:
    class_category() : error_category(0x91d5e07c4b2a83f6) {}
    const char* name() const noexcept override { return "roomport.condition"; }
    std::string message(int value) const override {
        return std::string(word(static_cast<errc>(value)));
    }
    bool equivalent(const error_code& code, int condition) const noexcept override {
        return belongs(code, static_cast<errc>(condition));
    }
};

} // namespace

const boost::system::error_category& error_category() noexcept {
    static const roomport_category instance;
    return instance;
}

const boost::system::error_category& http_status_category() noexcept {
    static const status_category instance;
    return instance;
}

const boost::system::error_category& condition_category() noexcept {
    static const class_category instance;
    return instance;
}

error_code make_error_code(error value) noexcept {
    return {static_cast<int>(value), error_category()};
}

boost::system::error_condition make_error_condition(errc value) noexcept {
    return {static_cast<int>(value), condition_category()};
}

error_code make_http_status_error(int status) noexcept {
    return {status, http_status_category()};
}

errc classify(error_code ec) noexcept {
    if (ec == boost::asio::error::operation_aborted) {
        return errc::cancelled;
    }
    if (ec.category() == http_status_category()) {
        return is_redirect(ec.value()) ? errc::redirect : errc::http_status;
    }
    if (ec.category() == error_category()) {
        if (const auto* row = find_row(ec.value())) {
            return row->condition;
        }
    }
    return errc::connect;
}

std::string_view word(errc value) noexcept {
    for (const auto& row : condition_rows) {
        if (row.value == value) {
            return row.word;
        }
    }
    return "unknown";
}

} // namespace roomport
