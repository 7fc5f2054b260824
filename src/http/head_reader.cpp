#include "http/head_reader.hpp"

#include "http/ascii.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <cstdint>

namespace roomport::http::detail {
namespace {

constexpr std::string_view version_prefix = "HTTP/1.";
constexpr std::string_view line_end = "\r\n";
constexpr std::string_view head_end = "\r\n\r\n";

namespace beast = boost::beast;

// Beast reads the head only. The body is framed here, since Beast 1.81 bounds neither chunk extensions nor trailers,
// lets trailers change the framing, and depends on the order of Content-Length and Transfer-Encoding.
class beast_head_parser : public beast::http::basic_parser<false> {
public:
    beast_head_parser(status_line& first, std::vector<field>& fields)
        : first_(first), fields_(fields) {}

    /// How many of the fields are of this head; the rest are left over from another.
    std::size_t field_count() const noexcept { return field_count_; }

private:
    using error_code = beast::error_code;
    using string_view = beast::string_view;

    void on_request_impl(beast::http::verb, string_view, string_view, int, error_code&) override {}

    void on_response_impl(int code, string_view, int version, error_code& ec) override {
        ec = {};
        first_.status = code;
        first_.minor_version = version - 10;
    }

    void on_field_impl(beast::http::field, string_view name, string_view value,
                       error_code& ec) override {
        ec = {};
        if (field_count_ == fields_.size()) {
            fields_.emplace_back();
        }
        fields_[field_count_].name.assign(name.data(), name.size());
        fields_[field_count_].value.assign(value.data(), value.size());
        ++field_count_;
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

    status_line& first_;
    std::vector<field>& fields_;
    std::size_t field_count_ = 0;
};

// No early end, so that the compiler looks at many bytes at once.
std::size_t count_controls(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text) {
        count += is_field_byte(c) ? 0 : 1;
    }
    return count;
}

// Whether the first line ends after the status: many servers leave out the reason, and the space before it as well.
bool lacks_space_after_status(std::string_view text) {
    constexpr std::size_t size = std::string_view("HTTP/1.1 200").size();
    return text.substr(0, text.find(line_end)).size() == size && is_digit(text[size - 1]);
}

bool read_head(std::string_view text, status_line& first, std::vector<field>& fields) {
    beast_head_parser parser(first, fields);
    parser.header_limit(static_cast<std::uint32_t>(text.size() + 1));
    parser.body_limit(boost::none);
    beast::error_code ec;
    parser.put(boost::asio::buffer(text), ec);
    fields.resize(parser.field_count());
    constexpr int lowest_status = 100;
    if (ec || !parser.is_header_done() || first.status < lowest_status) {
        return false;
    }
    // A line feed or a carriage return of its own ends a line for some readers and not for others, and a line that
    // begins with a space once continued the one before: every line has its two controls, and no other is there.
    return count_controls(text) == (fields.size() + 2) * line_end.size();
}

} // namespace

void head_reader::reset() noexcept {
    text_.clear();
    head_ = {};
    line_is_empty_ = false;
}

head_reader::step head_reader::put(std::string_view input) {
    step result;
    if (text_.empty() && input.starts_with(version_prefix)) {
        const auto end = input.substr(0, limit_).find(head_end);
        if (end != std::string_view::npos) {
            head_ = input.substr(0, end + head_end.size());
            result.consumed = head_.size();
            result.complete = true;
            return result;
        }
    }
    for (const char c : input) {
        result.error = take(c);
        if (result.error) {
            return result;
        }
        ++result.consumed;
        if (line_is_empty_ && c == '\n') {
            head_ = text_;
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
    text_.push_back(c);
    return {};
}

error_code head_reader::parse(status_line& first, std::vector<field>& fields) {
    bool ok = false;
    if (lacks_space_after_status(head_)) {
        std::string complete(head_);
        complete.insert(complete.find(line_end), 1, ' ');
        ok = read_head(complete, first, fields);
    } else {
        ok = read_head(head_, first, fields);
    }
    reset();
    return ok ? error_code() : error_code(error::bad_http);
}

} // namespace roomport::http::detail
