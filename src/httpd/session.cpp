#include "httpd/session.hpp"

#include <boost/asio/error.hpp>

#include <new>
#include <utility>

namespace roomport::httpd {

/// The handler's end of one request. It outlives the connection when the handler keeps it.
class session::answer_slot final : public responder {
public:
    answer_slot(std::weak_ptr<session> owner, std::size_t number)
        : owner_(std::move(owner)), number_(number) {}

    ~answer_slot() override {
        const auto owner = answered_ ? nullptr : owner_.lock();
        if (owner) {
            owner->fail(number_, "the request could not be answered");
        }
    }

    void send(response reply) override {
        answered_ = true;
        if (const auto owner = owner_.lock()) {
            owner->answer(number_, std::move(reply));
        }
    }

    bool hold(std::size_t keys) override {
        const auto owner = owner_.lock();
        return owner && owner->hold(number_, keys);
    }

    void on_abandoned(std::function<void()> callback) override {
        const auto owner = owner_.lock();
        if (owner && owner->request_number_ == number_ && owner->phase_ == phase::answering) {
            owner->abandoned_ = std::move(callback);
        }
    }

private:
    std::weak_ptr<session> owner_;
    std::size_t number_;
    bool answered_ = false;
};

session::session(std::unique_ptr<transport> connection, const boost::asio::ip::address& peer,
                 std::shared_ptr<const server_options> options,
                 std::shared_ptr<const request_handler> handler,
                 std::shared_ptr<resource_limits> limits, std::function<void(session*)> ended)
    : connection_(std::move(connection)), options_(std::move(options)),
      handler_(std::move(handler)), limits_(std::move(limits)), usage_(this),
      ended_(std::move(ended)), reader_(options_->limits) {
    limits_->enter(usage_, peer, clock::now());
}

session::~session() {
    close();
}

template <class Step>
void session::perform(Step step) {
    try {
        step();
    } catch (...) {
        close();
        throw;
    }
}

void session::start() {
    enter(phase::handshake, options_->handshake_timeout);
    connection_->async_handshake([self = shared_from_this()](error_code ec) {
        self->perform([&] { self->on_handshake(ec); });
    });
}

void session::on_handshake(error_code ec) {
    if (phase_ != phase::handshake) {
        return;
    }
    if (ec || draining_) {
        close();
        return;
    }
    enter(phase::idle, options_->request_timeout);
    read();
}

void session::enter(phase next, duration allowed) {
    using activity = resource_limits::activity;
    phase_ = next;
    entered_ = clock::now();
    allowed_ = allowed;
    switch (next) {
    case phase::handshake:
    case phase::idle:
        limits_->change(usage_, activity::idle, entered_);
        break;
    case phase::reading:
        limits_->change(usage_, activity::reading, entered_);
        break;
    case phase::answering:
        limits_->change(usage_, activity::answering, entered_);
        break;
    case phase::writing:
        limits_->change(usage_, activity::writing, entered_);
        break;
    case phase::lingering:
        limits_->change(usage_, activity::lingering, entered_);
        break;
    case phase::closed:
        break;
    }
}

void session::check_deadline(time_point now) {
    const bool is_idle = phase_ == phase::idle || phase_ == phase::handshake;
    const auto allowed = is_idle ? limits_->idle_time(allowed_) : allowed_;
    if (now - entered_ < allowed || phase_ == phase::closed) {
        return;
    }
    if (phase_ == phase::reading && !write_pending_) {
        perform([this] { refuse(408, "the request did not arrive in time"); });
        return;
    }
    if (phase_ == phase::idle) {
        perform([this] { linger(); });
        return;
    }
    close();
}

void session::drain() {
    draining_ = true;
    if (phase_ == phase::idle) {
        perform([this] { linger(); });
    }
}

void session::close() {
    if (std::exchange(phase_, phase::closed) == phase::closed) {
        return;
    }
    const auto self = std::exchange(kept_alive_, nullptr);
    connection_->close();
    limits_->leave(usage_);
    // Both may hold the last reference to something that looks at this session.
    const auto abandoned = std::exchange(abandoned_, nullptr);
    const auto ended = std::exchange(ended_, nullptr);
    if (abandoned) {
        abandoned();
    }
    ended(this);
}

void session::read() {
    const bool wanted = phase_ == phase::lingering || input_.size() <= options_->limits.head;
    if (read_pending_ || peer_is_done_ || phase_ == phase::closed || !wanted) {
        return;
    }
    read_pending_ = true;
    connection_->async_read_some(buffer_,
                                 [self = shared_from_this()](error_code ec, std::size_t size) {
                                     self->read_pending_ = false;
                                     self->perform([&] { self->on_read(ec, size); });
                                 });
}

void session::on_read(error_code ec, std::size_t size) {
    if (phase_ == phase::closed) {
        return;
    }
    if (ec) {
        peer_is_done_ = true;
        const bool has_asked = phase_ == phase::answering || phase_ == phase::writing;
        if (ec == boost::asio::error::eof && has_asked) {
            // Only its own side has ended: what it has asked is answered. Whether anybody still reads can't be seen, so
            // this is no reason to hold on for long.
            if (phase_ == phase::answering) {
                kept_alive_ = shared_from_this();
                entered_ = clock::now();
                allowed_ = options_->idle_timeout;
            }
        } else if (phase_ == phase::writing) {
            close_after_write_ = true;
        } else {
            close();
        }
        return;
    }
    if (phase_ != phase::lingering) {
        input_.append(buffer_.data(), size);
    }
    advance();
    keep_input();
    read();
}

void session::keep_input() {
    if (phase_ == phase::closed) {
        return;
    }
    limits_->set_input(usage_, input_.size() + reader_.kept_bytes());
    while (auto* const slowest = limits_->over_input()) {
        // It may be let go of meanwhile.
        const auto owner = slowest->owner->shared_from_this();
        owner->shed_input();
    }
}

void session::shed_input() {
    input_ = std::string();
    limits_->set_input(usage_, 0);
    if (phase_ != phase::reading || write_pending_) {
        close();
        return;
    }
    reader_.discard();
    is_head_ = false;
    perform([this] {
        refuse(503, "too many bytes of unfinished requests are kept for all callers together, more "
                    "than max_input_bytes (" +
                        std::to_string(limits_->bounds().input_bytes) + "); try again later");
    });
}

void session::advance() {
    if (phase_ != phase::idle && phase_ != phase::reading) {
        return;
    }
    if (input_.empty()) {
        return;
    }
    std::size_t consumed = 0;
    const auto result = reader_.put(input_, consumed);
    if (consumed == input_.size() && input_.capacity() > buffer_.size()) {
        input_ = std::string();
    } else {
        input_.erase(0, consumed);
    }
    switch (result) {
    case request_reader::status::incomplete:
        if (phase_ == phase::idle && reader_.has_begun()) {
            enter(phase::reading, options_->request_timeout);
        }
        if (!is_admitted_ && reader_.head() != nullptr && !admit()) {
            return;
        }
        if (reader_.take_expect_continue()) {
            write_continue();
        }
        return;
    case request_reader::status::complete:
        dispatch(reader_.take());
        return;
    case request_reader::status::failed:
        is_head_ = false;
        refuse(reader_.failure().status, reader_.failure().why);
        return;
    }
}

bool session::admit() {
    is_admitted_ = true;
    is_head_ = reader_.head()->method == "HEAD";
    if (!options_->admit) {
        return true;
    }
    auto verdict = options_->admit(*reader_.head());
    if (verdict.refusal) {
        reader_.discard();
        write(std::move(*verdict.refusal), true);
        return false;
    }
    if (reader_.limit_body(verdict.most_body) == request_reader::status::failed) {
        reader_.discard();
        refuse(reader_.failure().status, reader_.failure().why);
        return false;
    }
    return true;
}

void session::refuse(int status, std::string_view why) {
    auto reply = options_->refuse ? options_->refuse(status, why) : error_response(status, why);
    if (status == 429 || status == 503) {
        reply.fields.emplace_back("Retry-After", "1");
    }
    write(std::move(reply), phase_ != phase::answering || draining_ || !reader_.keeps_alive());
}

bool session::hold(std::size_t number, std::size_t keys) {
    if (phase_ != phase::answering || number != request_number_) {
        return false;
    }
    if (limits_->hold(usage_, keys)) {
        return true;
    }
    const auto done_with = std::exchange(abandoned_, nullptr);
    const bool are_keys_short = limits_->usage().holds < limits_->most_holds();
    refuse(503, are_keys_short ? "what held answers wait for, all together, is as much as may be: "
                                 "max_held_keys (" +
                                     std::to_string(limits_->bounds().hold_keys) +
                                     "); ask for less, without a wait, or again later"
                               : "as many answers are held as may be: max_holds (" +
                                     std::to_string(limits_->most_holds()) +
                                     "); ask without a wait, or again later");
    return false;
}

void session::shed_surplus() {
    refuse(429, "this address has more connections than max_connections_per_address (" +
                    std::to_string(limits_->bounds().connections_per_address) +
                    "); use those that are open, or try again later");
}

void session::dispatch(request received) {
    if (peer_is_done_) {
        kept_alive_ = shared_from_this();
    }
    enter(phase::answering, peer_is_done_ ? options_->idle_timeout : duration::max());
    is_head_ = received.method == "HEAD";
    is_admitted_ = false;
    ++request_number_;
    if (usage_.is_surplus()) {
        close_after_write_ = true;
        shed_surplus();
        return;
    }
    const auto self = shared_from_this();
    auto slot = std::make_shared<answer_slot>(self, request_number_);
    try {
        (*handler_)(std::move(received), std::move(slot));
    } catch (const std::exception&) {
        fail(request_number_, "an internal error; see the server's log");
    }
}

void session::answer(std::size_t number, response reply) {
    if (phase_ != phase::answering || number != request_number_) {
        return;
    }
    // Dropped only after the phase has changed: it may let go of this very responder.
    const auto done_with = std::exchange(abandoned_, nullptr);
    try {
        write(std::move(reply), draining_ || !reader_.keeps_alive());
    } catch (const std::bad_alloc&) {
        close();
    }
}

void session::fail(std::size_t number, std::string_view why) noexcept {
    if (phase_ != phase::answering || number != request_number_) {
        return;
    }
    try {
        answer(number, error_response(500, why));
    } catch (const std::bad_alloc&) {
        close();
    }
}

void session::write(response reply, bool last) {
    enter(phase::writing, options_->write_timeout);
    close_after_write_ = last || close_after_write_ || (peer_is_done_ && input_.empty());
    reply.fields.insert(reply.fields.end(), options_->every_answer.begin(),
                        options_->every_answer.end());
    serialization how;
    how.close = close_after_write_;
    how.head_only = is_head_;
    how.is_http_1_0 = reader_.is_http_1_0();
    output_ = serialize(reply, how, http_date());
    reply.body = std::string();
    shared_output_ = is_head_ ? nullptr : std::move(reply.shared_body);
    limits_->set_output(usage_, output_.capacity(), shared_output_);
    while (auto* const slowest = limits_->over_output()) {
        // It may be let go of meanwhile.
        const auto owner = slowest->owner->shared_from_this();
        owner->close();
    }
    if (phase_ == phase::writing && !write_pending_) {
        write_pending_ = true;
        write_output();
    }
}

void session::write_output() {
    const auto shared = shared_output_ ? std::string_view(*shared_output_) : std::string_view();
    connection_->async_write(output_, shared, [self = shared_from_this()](error_code ec) {
        self->perform([&] { self->on_written(ec); });
    });
}

void session::on_written(error_code ec) {
    write_pending_ = false;
    if (phase_ == phase::closed) {
        return;
    }
    if (ec) {
        close();
        return;
    }
    output_ = std::string();
    shared_output_ = nullptr;
    limits_->clear_output(usage_);
    if (close_after_write_ || draining_) {
        linger();
        return;
    }
    enter(phase::idle, options_->idle_timeout);
    advance();
    if (peer_is_done_ && (phase_ == phase::idle || phase_ == phase::reading)) {
        close();
        return;
    }
    keep_input();
    read();
}

void session::write_continue() {
    static constexpr std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
    if (write_pending_) {
        return;
    }
    write_pending_ = true;
    connection_->async_write(text, {}, [self = shared_from_this()](error_code ec) {
        self->write_pending_ = false;
        if (ec) {
            self->close();
            return;
        }
        // The answer may have been ready before this was written.
        if (!self->output_.empty() && self->phase_ == phase::writing) {
            self->write_pending_ = true;
            self->perform([&] { self->write_output(); });
        }
    });
}

void session::linger() {
    if (peer_is_done_) {
        close();
        return;
    }
    // Closing with unread bytes would reset the connection and could destroy the answer on its way.
    enter(phase::lingering, options_->linger_timeout);
    input_ = std::string();
    limits_->set_input(usage_, 0);
    connection_->async_shutdown([self = shared_from_this()](error_code) {});
    read();
}

} // namespace roomport::httpd
