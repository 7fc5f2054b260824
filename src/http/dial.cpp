#include "http/dial.hpp"

#include "http/loopback.hpp"
#include "http/plain_transport.hpp"
#include "http/tls_transport.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace roomport::http::detail {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr const char* out_of_descriptors =
    "no file descriptor is left for another connection; allow more open files (ulimit -n)";

// A resolver of the embedder's may pass on what its own name service says.
error_code lookup_error(error_code ec) {
    if (ec == errc::dns || ec == error_code(asio::error::no_memory) ||
        ec == error_code(error::connect_failed)) {
        return ec;
    }
    const bool does_not_exist = !ec || ec == error_code(asio::error::host_not_found);
    return does_not_exist ? error::host_not_found : error::resolve_failed;
}

} // namespace

dial::dial(asio::any_io_executor executor, std::shared_ptr<const dial_settings> settings,
           time_point finish_by)
    : executor_(std::move(executor)), settings_(std::move(settings)), finish_by_(finish_by),
      socket_(executor_), address_timer_(executor_) {}

template <class Step>
void dial::advance(Step step) {
    try {
        step();
    } catch (const std::bad_alloc&) {
        finish(asio::error::no_memory);
    }
}

void dial::start(handler done) {
    done_ = std::move(done);
    asio::post(executor_, [self = shared_from_this()] {
        if (self->phase_ == phase::idle) {
            self->advance([&] { self->resolve(); });
        }
    });
}

void dial::abort() {
    if (phase_ != phase::over) {
        enter(phase::over);
        done_ = nullptr;
        transport_.reset();
        boost::system::error_code ignored;
        socket_.close(ignored);
        address_timer_.cancel();
    }
}

phase_times dial::times() const {
    auto result = times_;
    const auto running = clock::now() - phase_began_;
    if (phase_ == phase::resolving) {
        result.resolve += running;
    } else if (phase_ == phase::connecting) {
        result.connect += running;
    } else if (phase_ == phase::handshaking) {
        result.handshake += running;
    }
    return result;
}

void dial::enter(phase next) {
    times_ = times();
    phase_ = next;
    phase_began_ = clock::now();
}

void dial::finish(error_code ec) {
    if (phase_ == phase::over) {
        return;
    }
    auto done = std::move(done_);
    if (ec) {
        abort();
    } else {
        enter(phase::over);
        address_timer_.cancel();
    }
    done(ec);
}

void dial::resolve() {
    enter(phase::resolving);
    const auto& target = settings_->target;
    boost::system::error_code not_an_address;
    const auto literal = asio::ip::make_address(target.host(), not_an_address);
    if (!not_an_address) {
        resolved({}, {tcp::endpoint(literal, target.port())});
        return;
    }
    settings_->resolver->resolve(
        target.host(), target.port(),
        [mailbox = settings_->mailbox, weak = weak_from_this()](error_code ec,
                                                                resolver::endpoints found) {
            mailbox->deliver([weak, ec, found = std::move(found)]() mutable {
                const auto self = weak.lock();
                if (self && self->phase_ == phase::resolving) {
                    self->advance([&] { self->resolved(ec, std::move(found)); });
                }
            });
        });
}

void dial::resolved(error_code ec, resolver::endpoints found) {
    if (ec || found.empty()) {
        if (ec == error_code(error::connect_failed)) {
            // The name service could not even open a socket.
            problem_ = out_of_descriptors;
        }
        finish(lookup_error(ec));
        return;
    }
    if (settings_->loopback_only) {
        std::erase_if(found,
                      [](const tcp::endpoint& peer) { return !is_loopback(peer.address()); });
        if (found.empty()) {
            finish(error::plaintext_refused);
            return;
        }
    }
    addresses_ = std::move(found);
    enter(phase::connecting);
    connect_next();
}

void dial::connect_next() {
    boost::system::error_code ec;
    while (next_address_ < addresses_.size()) {
        const auto attempt = next_address_++;
        const auto& peer = addresses_[attempt];
        socket_.close(ec);
        socket_.open(peer.protocol(), ec);
        if (ec) {
            if (ec == error_code(asio::error::no_descriptors)) {
                problem_ = out_of_descriptors;
            }
            continue;
        }
        const auto left = static_cast<duration::rep>(addresses_.size() - attempt);
        if (left > 1) {
            const auto now = clock::now();
            address_timer_.expires_at(now + std::max(duration{}, finish_by_ - now) / left);
            address_timer_.async_wait([self = shared_from_this(), attempt](error_code cancelled) {
                if (!cancelled && self->phase_ == phase::connecting &&
                    attempt + 1 == self->next_address_) {
                    self->advance([&] { self->connect_next(); });
                }
            });
        } else {
            address_timer_.cancel();
        }
        socket_.async_connect(peer, [self = shared_from_this(), attempt](error_code outcome) {
            self->advance([&] { self->connected(attempt, outcome); });
        });
        return;
    }
    finish(error::connect_failed);
}

void dial::connected(std::size_t attempt, error_code ec) {
    // An address that was given up reports here too, late.
    if (phase_ != phase::connecting || attempt + 1 != next_address_) {
        return;
    }
    if (ec) {
        connect_next();
        return;
    }
    address_timer_.cancel();
    peer_is_loopback_ = is_loopback(addresses_[attempt].address());
    socket_.set_option(tcp::no_delay(true), ec);
    socket_.native_non_blocking(true, ec);
    if (ec) {
        finish(error::connect_failed);
        return;
    }
    enter(phase::handshaking);
    const int handle = socket_.native_handle();
    transport_ =
        settings_->tls ? make_tls_transport(settings_->tls, handle) : make_plain_transport(handle);
    if (!transport_) {
        finish(error::tls_handshake_failed);
        return;
    }
    shake_hands();
}

void dial::shake_hands() {
    const auto result = transport_->handshake();
    auto wanted = tcp::socket::wait_read;
    switch (result.how) {
    case transport_result::kind::done:
        finish({});
        return;
    case transport_result::kind::want_read:
        break;
    case transport_result::kind::want_write:
        wanted = tcp::socket::wait_write;
        break;
    default:
        problem_ = transport_->problem();
        finish(result.error);
        return;
    }
    socket_.async_wait(wanted, [self = shared_from_this()](error_code ec) {
        if (self->phase_ != phase::handshaking) {
            return;
        }
        if (ec) {
            self->finish(error::connection_closed);
        } else {
            self->advance([&] { self->shake_hands(); });
        }
    });
}

} // namespace roomport::http::detail
