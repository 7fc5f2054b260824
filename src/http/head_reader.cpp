#include "http/head_reader.hpp"

#include "http/ascii.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <cstdint>

namespace roomport::http::detail {
namespace {

namespace beast = boost::beast;

// Beast reads the head only. The body is framed here, since Beast 1.81 bounds neither chunk extensions nor trailers,
// lets trailers change the framing, and depends on the order of Content-Length and Transfer-Encoding.
class beast_head_parser : public beast::http::basic_parser<false> {
public:
    explicit beast_head_parser(response_head& to) : to_(to) {}

private:
    using error_code = beast::error_code;
    using string_view = beast::string_view;

    void on_request_impl(beast::http::verb, string_view, string_view, int, error_code&) override {}

    void on_response_impl(int code, string_view, int version, error_code& ec) override {
        ec = {};
        to_.status = code;
        to_.minor_version = version - 10;
    }

    void on_field_impl(beast::http::field, string_view name, string_view value,
                       error_code& ec) override {
        ec = {};
        to_.fields.emplace_back(std::string(name), std::string(value));
    }

    void on_header_impl(error_code& ec) override { ec = {}; }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code& ec) override {
        ec = {};
    }
    std::size_t on_body_impl(string_view body, error_code& ec) override {
        ec = {};
        return body.size();
    }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code& ec) override { ec = {}; }
    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code& ec) override {
        ec = {};
        return body.size();
    }
    void on_finish_impl(error_code& ec) override { ec = {}; }

    response_head& to_;
};

constexpr std::string_view version_prefix = "HTTP/1.";

} // namespace

head_reader::step head_reader::put(std::string_view input) {
    step result;
    for (const char c : input) {
        result.error = take(c);
        if (result.error) {
            return result;
        }
        ++result.consumed;
        if (complete_) {
            result.complete = true;
            return result;
        }
    }
    return result;
}

error_code head_reader::take(char c) {
    if (text_.size() >= limit_) {
        return error::headers_too_large;
    }
    if (text_.size() < version_prefix.size() && c != version_prefix[text_.size()]) {
        return error::bad_http;
    }
    const bool after_return = !text_.empty() && text_.back() == '\r';
    const bool at_line_start = !text_.empty() && text_.back() == '\n';
    // A line feed or a carriage return of its own ends a line for some readers and not for others.
    if (after_return != (c == '\n') || (c != '\r' && c != '\n' && !is_field_byte(c))) {
        return error::bad_http;
    }
    // A line that begins with a space once continued the one before.
    if (at_line_start && (c == ' ' || c == '\t')) {
        return error::bad_http;
    }
    if (at_line_start && c == '\r') {
        line_is_empty_ = true;
    }
    complete_ = line_is_empty_ && c == '\n';
    text_.push_back(c);
    return {};
}

error_code head_reader::parse(response_head& to) {
    to = response_head();
    beast_head_parser parser(to);
    parser.header_limit(static_cast<std::uint32_t>(text_.size() + 1));
    parser.body_limit(boost::none);
    beast::error_code ec;
    parser.put(boost::asio::buffer(text_), ec);
    text_.clear();
    line_is_empty_ = false;
    complete_ = false;
    constexpr int lowest_status = 100;
    if (ec || !parser.is_header_done() || to.status < lowest_status) {
        return error::bad_http;
    }
    return {};
}

} // namespace roomport::http::detail
