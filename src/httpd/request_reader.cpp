#include "httpd/request_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>

namespace roomport::httpd {

namespace beast_http = boost::beast::http;

struct request_reader::parser {
    explicit parser(const request_limits& limits) {
        // Beast counts the header section alone; its limit is 32 bits wide.
        beast.header_limit(static_cast<std::uint32_t>(limits.head));
        beast.body_limit(limits.body);
        // The head is to be seen before trailers are added to its fields.
        beast.eager(false);
    }

    beast_http::request_parser<beast_http::string_body> beast;
};

request_reader::request_reader(request_limits limits)
    : limits_(limits), parser_(std::make_unique<parser>(limits)), most_body_(limits.body) {}

request_reader::~request_reader() = default;

bool request_reader::has_begun() const noexcept {
    return raw_bytes_ != 0;
}

request_reader::status request_reader::put(std::string_view bytes, std::size_t& consumed) {
    consumed = 0;
    if (raw_bytes_ == 0) {
        // RFC 9112, 2.2: an empty line before a request is skipped.
        while (bytes.substr(consumed, 2) == "\r\n") {
            consumed += 2;
        }
        if (consumed == bytes.size() || bytes.substr(consumed) == "\r") {
            return status::incomplete;
        }
    }
    auto& beast = parser_->beast;
    boost::beast::error_code ec;
    while (!beast.is_done() && consumed < bytes.size()) {
        const auto rest = bytes.substr(consumed);
        // Beast 1.81 asserts that it sees the shortest end of a chunked body, "0\r\n\r\n", as a whole.
        constexpr std::size_t shortest_end = 5;
        if (beast.is_header_done() && beast.chunked() && rest.size() < shortest_end) {
            break;
        }
        const auto used = beast.put(boost::asio::buffer(rest.data(), rest.size()), ec);
        consumed += used;
        raw_bytes_ += used;
        head_bytes_ += head_checked_ ? 0 : used;
        if (beast.is_header_done() && !head_checked_) {
            if (!check_head()) {
                return status::failed;
            }
            beast.eager(true);
        }
        if (ec) {
            break;
        }
    }
    if (raw_bytes_ == 0) {
        raw_bytes_ = 1;
    }
    if (ec == beast_http::error::header_limit || ec == beast_http::error::buffer_overflow) {
        return fail(431,
                    "the header section is larger than " + std::to_string(limits_.head) + " bytes");
    }
    if (ec == beast_http::error::body_limit) {
        return fail(413, "the body is larger than " + std::to_string(limits_.body) + " bytes");
    }
    if (ec == beast_http::error::bad_version) {
        return fail(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
    }
    if (ec && ec != beast_http::error::need_more) {
        return fail(400, "the request is not valid HTTP: " + ec.message());
    }
    if (most_body_ < limits_.body && check_body() == status::failed) {
        return status::failed;
    }
    if (beast.is_done()) {
        return status::complete;
    }
    // Beast bounds neither a head without an end nor chunk extensions and trailers.
    if (!beast.is_header_done() && bytes.size() - consumed > limits_.head) {
        return fail(431,
                    "the header section is larger than " + std::to_string(limits_.head) + " bytes");
    }
    if (beast.is_header_done() &&
        (raw_bytes_ > 2 * (limits_.head + most_body_) || bytes.size() - consumed > limits_.head)) {
        return fail(413, "the body and its framing are too large");
    }
    return status::incomplete;
}

request_reader::status request_reader::limit_body(std::size_t most) {
    most_body_ = std::min(most, limits_.body);
    return check_body();
}

request_reader::status request_reader::check_body() {
    const auto& beast = parser_->beast;
    const auto announced = beast.content_length();
    if ((announced && *announced > most_body_) || beast.get().body().size() > most_body_) {
        return fail(413, "the body is larger than " + std::to_string(most_body_) + " bytes");
    }
    return status::incomplete;
}

bool request_reader::check_head() {
    head_checked_ = true;
    const auto& message = parser_->beast.get();
    if (message.version() != 11 && message.version() != 10) {
        fail(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
        return false;
    }
    is_http_1_0_ = message.version() == 10;
    keeps_alive_ = message.keep_alive();
    const bool has_coding = message.count(beast_http::field::transfer_encoding) != 0;
    if (message.count(beast_http::field::content_length) > 1 ||
        (has_coding && message.count(beast_http::field::content_length) != 0)) {
        fail(400, "the length of the body is stated twice");
        return false;
    }
    if (has_coding &&
        (is_http_1_0_ || !message.chunked() ||
         message.count(beast_http::field::transfer_encoding) > 1 ||
         !boost::beast::iequals(message[beast_http::field::transfer_encoding], "chunked"))) {
        fail(501, "the only transfer coding understood is chunked");
        return false;
    }
    const auto hosts = message.count(beast_http::field::host);
    if (hosts > 1 || (hosts == 0 && !is_http_1_0_)) {
        fail(400, "exactly one Host field is needed");
        return false;
    }
    request_ = request();
    request_.method = std::string(message.method_string());
    if (!read_target(std::string_view(message.target().data(), message.target().size()),
                     request_)) {
        fail(400, "the request target is not a path");
        return false;
    }
    for (const auto& each : message) {
        request_.fields.emplace_back(std::string(each.name_string()), std::string(each.value()));
    }
    expects_continue_ =
        !is_http_1_0_ && boost::beast::iequals(message[beast_http::field::expect], "100-continue");
    return true;
}

std::size_t request_reader::kept_bytes() const noexcept {
    return has_begun() ? head_bytes_ + parser_->beast.get().body().capacity() : 0;
}

void request_reader::discard() {
    request_ = request();
    head_checked_ = false;
    most_body_ = limits_.body;
    parser_ = std::make_unique<parser>(limits_);
    raw_bytes_ = 0;
    head_bytes_ = 0;
    keeps_alive_ = false;
}

bool request_reader::take_expect_continue() {
    const bool wanted = expects_continue_ && head_checked_ && !parser_->beast.is_done();
    expects_continue_ = expects_continue_ && !wanted;
    return wanted;
}

request request_reader::take() {
    request_.body = std::move(parser_->beast.get().body());
    parser_ = std::make_unique<parser>(limits_);
    raw_bytes_ = 0;
    head_bytes_ = 0;
    head_checked_ = false;
    most_body_ = limits_.body;
    expects_continue_ = false;
    return std::move(request_);
}

request_reader::status request_reader::fail(int status_code, std::string_view text) {
    failure_.status = status_code;
    failure_.why = text;
    keeps_alive_ = false;
    return status::failed;
}

} // namespace roomport::httpd
