#include "http/response_reader.hpp"

#include <algorithm>

namespace roomport::http::detail {

response_reader::response_reader(response& answer, body_sink& sink, std::size_t body_limit)
    : answer_(&answer), sink_(&sink), body_limit_(body_limit) {}

void response_reader::start(response& answer, body_sink& sink, std::size_t body_limit) {
    answer_ = &answer;
    sink_ = &sink;
    body_limit_ = body_limit;
    head_.reset();
    chunks_ = chunked_decoder(head_limit);
    framing_ = body_framing();
    phase_ = phase::head;
    body_size_ = 0;
    interim_responses_ = 0;
    started_ = false;
}

response_reader::step response_reader::put(std::string_view input, const moment& now) {
    step result;
    started_ = started_ || !input.empty();
    while (phase_ == phase::head) {
        const auto head = head_.put(input.substr(result.consumed));
        result.consumed += head.consumed;
        result.error = head.error;
        if (result.error || !head.complete) {
            return result;
        }
        result.error = begin_body(now);
        if (result.error) {
            return result;
        }
    }
    const auto rest = input.substr(result.consumed);
    if (framing_.how == body_framing::kind::none) {
        return end(result.consumed);
    }
    if (framing_.how == body_framing::kind::chunked) {
        auto body = put_chunked(rest);
        body.consumed += result.consumed;
        return body;
    }
    auto data = rest;
    if (framing_.how == body_framing::kind::length) {
        data = rest.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(
                                  rest.size(), framing_.length - body_size_)));
    }
    result.error = deliver(data);
    result.consumed += data.size();
    if (!result.error && framing_.how == body_framing::kind::length &&
        body_size_ == framing_.length) {
        return end(result.consumed);
    }
    return result;
}

error_code response_reader::begin_body(const moment& now) {
    status_line head;
    if (const auto ec = head_.parse(head, answer_->fields)) {
        return ec;
    }
    const auto framing = decide_framing(head.status, head.minor_version, answer_->fields);
    if (framing.has_error()) {
        return framing.error();
    }
    if (head.status < 200) {
        // A switch of protocols was never asked for.
        if (head.status == 101 || ++interim_responses_ > most_interim_responses) {
            return error::bad_http;
        }
        return {};
    }
    framing_ = *framing;
    answer_->status = head.status;
    answer_->arrived_at = now.monotonic;
    answer_->arrived_at_wall_time = now.wall;
    if (framing_.how == body_framing::kind::length && framing_.length > body_limit_) {
        return error::body_too_large;
    }
    phase_ = phase::body;
    sink_->begin(*answer_);
    return {};
}

response_reader::step response_reader::put_chunked(std::string_view input) {
    step result;
    while (!chunks_.done() && result.consumed < input.size()) {
        const auto chunk = chunks_.next(input.substr(result.consumed));
        result.consumed += chunk.consumed;
        result.error = chunk.error ? chunk.error : deliver(chunk.data);
        if (result.error) {
            return result;
        }
    }
    return chunks_.done() ? end(result.consumed) : result;
}

error_code response_reader::deliver(std::string_view data) {
    if (data.empty()) {
        return {};
    }
    body_size_ += data.size();
    if (body_size_ > body_limit_) {
        return error::body_too_large;
    }
    return sink_->write(data);
}

response_reader::step response_reader::end(std::size_t consumed) {
    phase_ = phase::done;
    step result;
    result.consumed = consumed;
    result.done = true;
    result.error = sink_->end();
    return result;
}

error_code response_reader::finish(bool orderly) {
    if (phase_ == phase::body && framing_.how == body_framing::kind::until_close && orderly) {
        return end(0).error;
    }
    return error::connection_closed;
}

} // namespace roomport::http::detail
