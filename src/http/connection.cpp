#include "http/connection.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <new>
#include <openssl/crypto.h>
#include <utility>

namespace roomport::http::detail {

namespace asio = boost::asio;
using asio::ip::tcp;
using kind = transport_result::kind;

connection::connection(tcp::socket socket, std::unique_ptr<transport> stream, bool peer_is_loopback)
    : socket_(std::move(socket)), transport_(std::move(stream)),
      peer_is_loopback_(peer_is_loopback) {}

void connection::wipe() noexcept {
    OPENSSL_cleanse(text_.data(), text_.size());
}

void connection::start(idle_handler on_idle_end, exchange_handler on_exchange_end) {
    on_idle_end_ = std::move(on_idle_end);
    on_exchange_end_ = std::move(on_exchange_end);
    await_readable();
}

void connection::close() {
    if (closed_) {
        return;
    }
    closed_ = true;
    on_idle_end_ = nullptr;
    if (!is_busy_) {
        transport_->say_goodbye();
    }
    boost::system::error_code ignored;
    socket_.close(ignored);
}

connection::condition connection::inspect() {
    if (transport_->is_quiet()) {
        return condition::quiet;
    }
    const auto result = transport_->read(buffer_.data(), buffer_.size());
    if (result.how == kind::want_read) {
        return condition::quiet;
    }
    return result.how == kind::done ? condition::spoke : condition::ended;
}

void connection::exchange(response& answer, body_sink& sink, std::size_t body_limit,
                          time_point now) {
    is_busy_ = true;
    write_failed_ = false;
    sent_ = 0;
    answer_ = &answer;
    reader_.start(answer, sink, body_limit);
    began_at_ = now;
    first_byte_at_.reset();
    write_more();
}

void connection::write_more() {
    while (!write_failed_ && !request_sent()) {
        const auto result = transport_->write(std::string_view(text_).substr(sent_));
        if (result.how == kind::done) {
            sent_ += result.bytes;
        } else if (result.how == kind::want_write) {
            await_writable();
            return;
        } else if (result.how == kind::want_read) {
            return;
        } else {
            // An answer may have come before the connection broke; reading tells.
            write_failed_ = true;
            continue_reading_later();
        }
    }
    wipe();
}

void connection::react(void (connection::*step)()) {
    if (closed_) {
        return;
    }
    try {
        (this->*step)();
    } catch (const std::bad_alloc&) {
        run_out_of_memory();
    }
    if (outcome_) {
        on_exchange_end_(*std::exchange(outcome_, std::nullopt));
    }
}

void connection::run_out_of_memory() {
    if (is_busy_) {
        finish(asio::error::no_memory, false, false, clock::now());
    } else {
        end_idle(false);
    }
}

void connection::end_idle(bool stray) {
    if (on_idle_end_) {
        const auto handler = std::exchange(on_idle_end_, nullptr);
        handler(stray);
    }
}

void connection::await_readable() {
    if (awaiting_readable_ || closed_) {
        return;
    }
    socket_.async_wait(tcp::socket::wait_read,
                       asio::bind_allocator(roomport::detail::handler_allocator<>(wait_memory_),
                                            [self = shared_from_this()](error_code) {
                                                self->awaiting_readable_ = false;
                                                self->react(&connection::readable);
                                            }));
    awaiting_readable_ = true;
}

void connection::await_writable() {
    if (awaiting_writable_ || closed_) {
        return;
    }
    socket_.async_wait(tcp::socket::wait_write,
                       asio::bind_allocator(roomport::detail::handler_allocator<>(wait_memory_),
                                            [self = shared_from_this()](error_code) {
                                                self->awaiting_writable_ = false;
                                                self->react(&connection::writable);
                                            }));
    awaiting_writable_ = true;
}

void connection::writable() {
    if (is_busy_) {
        write_more();
        // A TLS read may have waited for room to write.
        read_more();
    }
}

void connection::readable() {
    if (!is_busy_) {
        const auto found = inspect();
        if (found == condition::quiet) {
            await_readable();
        } else {
            end_idle(found == condition::spoke);
        }
        return;
    }
    // TLS may have wanted to read before it could write.
    if (!write_failed_ && !request_sent() && !awaiting_writable_) {
        write_more();
    }
    read_more();
}

void connection::continue_reading_later() {
    asio::post(socket_.get_executor(),
               [self = shared_from_this()] { self->react(&connection::continue_reading); });
}

void connection::continue_reading() {
    if (is_busy_) {
        read_more();
    }
}

void connection::read_more() {
    // A peer that sends without end must not keep the thread from other connections.
    constexpr int reads_in_a_row = 8;
    for (int i = 0; i < reads_in_a_row; ++i) {
        const auto result = transport_->read(buffer_.data(), buffer_.size());
        if (result.how == kind::want_read) {
            await_readable();
            return;
        }
        if (result.how == kind::want_write) {
            await_writable();
            return;
        }
        if (!take(result)) {
            return;
        }
    }
    continue_reading_later();
}

bool connection::take(const transport_result& result) {
    switch (result.how) {
    case kind::done:
        return take_bytes(result.bytes);
    case kind::failed:
        answer_->problem = transport_->problem();
        finish(result.error, false, false, clock::now());
        return false;
    default:
        break;
    }
    const auto outcome = reader_.finish(result.how == kind::end);
    if (outcome == error_code(error::connection_closed)) {
        answer_->problem = transport_->problem();
    }
    finish(outcome, false, false, clock::now());
    return false;
}

bool connection::take_bytes(std::size_t size) {
    const moment now{clock::now(), std::chrono::system_clock::now()};
    if (!first_byte_at_) {
        first_byte_at_ = now.monotonic;
    }
    const auto step = reader_.put(std::string_view(buffer_.data(), size), now);
    if (closed_) {
        return false;
    }
    if (!step.done && !step.error) {
        return true;
    }
    finish(step.error, step.done, step.consumed < size, now.monotonic);
    return false;
}

void connection::finish(error_code ec, bool message_complete, bool stray_bytes, time_point now) {
    // The sink may have ended the exchange itself.
    if (closed_) {
        return;
    }
    const auto first_byte_at = first_byte_at_.value_or(now);
    answer_->times.first_byte = first_byte_at - began_at_;
    answer_->times.read = now - first_byte_at;

    exchange_outcome outcome;
    outcome.error = ec;
    outcome.stray_bytes = stray_bytes;
    outcome.died_before_answer = ec == error_code(error::connection_closed) && !reader_.started();
    outcome.reusable = message_complete && !stray_bytes && reader_.keep_alive() && !write_failed_ &&
                       request_sent();
    outcome.at = now;
    wipe();
    text_.clear();
    is_busy_ = false;
    if (outcome.reusable && transport_->has_buffered()) {
        const auto found = inspect();
        outcome.reusable = found == condition::quiet;
        outcome.stray_bytes = found == condition::spoke;
    }
    if (outcome.reusable) {
        try {
            await_readable();
        } catch (const std::bad_alloc&) {
            outcome.reusable = false;
        }
    }
    outcome_ = outcome;
}

} // namespace roomport::http::detail
