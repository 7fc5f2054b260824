#include "httpd/server.hpp"

#include "httpd/listening_sockets.hpp"
#include "httpd/session.hpp"
#include "httpd/transport.hpp"

#include "common/handler_memory.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/steady_timer.hpp>

#include <exception>
#include <list>
#include <map>
#include <new>
#include <optional>
#include <utility>

namespace roomport::httpd {

namespace asio = boost::asio;
using asio::ip::tcp;

class server::core : public std::enable_shared_from_this<core> {
public:
    core(asio::io_context& context, server_options options, request_handler handler)
        : options_(std::make_shared<const server_options>(std::move(options))),
          handler_(std::make_shared<const request_handler>(std::move(handler))),
          limits_(std::make_shared<resource_limits>(options_->bounds)), tls_(options_->tls),
          context_(context), retry_timer_(context), sweep_timer_(context) {}

    std::vector<tcp::endpoint> listen(const std::vector<tcp::endpoint>& where) {
        std::vector<tcp::endpoint> bound;
        for (auto& opened : open_listening_sockets(context_, where)) {
            bound.push_back(opened.local_endpoint());
            doors_.emplace_back(std::move(opened));
        }
        accept();
        sweep();
        return bound;
    }

    void replace_tls(std::shared_ptr<asio::ssl::context> tls) { tls_ = std::move(tls); }

    void drain() {
        close_doors();
        for_each([](session& each) { each.drain(); });
    }

    void stop() {
        close_doors();
        retry_timer_.cancel();
        sweep_timer_.cancel();
        for_each([](session& each) { each.close(); });
    }

    std::size_t connections() const { return sessions_.size(); }

    const resource_usage& usage() const { return limits_->usage(); }

private:
    // Sets a flag as long as a handler is pending: without the memory to make the new socket its own, asio destroys the
    // handler of an accept uncalled.
    class pending_mark {
    public:
        explicit pending_mark(bool& flag) : flag_(&flag) { flag = true; }
        pending_mark(pending_mark&& other) noexcept : flag_(std::exchange(other.flag_, nullptr)) {}
        pending_mark(const pending_mark&) = delete;
        pending_mark& operator=(const pending_mark&) = delete;
        pending_mark& operator=(pending_mark&&) = delete;
        ~pending_mark() { end(); }

        void end() noexcept {
            if (bool* const flag = std::exchange(flag_, nullptr)) {
                *flag = false;
            }
        }

    private:
        bool* flag_;
    };

    /// A listening socket, and who came through it.
    class door {
    public:
        explicit door(tcp::acceptor opened) : acceptor(std::move(opened)) {}
        tcp::acceptor acceptor;
        // Accepted when there was a place, and waits for one.
        std::optional<tcp::socket> newcomer;
        bool is_accepting = false;
    };

    void close_doors() {
        draining_ = true;
        for (auto& each : doors_) {
            error_code ignored;
            each.acceptor.close(ignored);
            each.newcomer.reset();
        }
    }

    // Needs no memory. What is called may end any session, so that no iterator is kept; where it has no memory, the others
    // are visited all the same.
    template <class Function>
    void for_each(Function function) {
        std::exception_ptr failure;
        for (auto next = sessions_.begin(); next != sessions_.end();) {
            auto* const key = next->first;
            try {
                if (const auto each = next->second.lock()) {
                    function(*each);
                }
            } catch (const std::bad_alloc&) {
                failure = std::current_exception();
            }
            next = sessions_.upper_bound(key);
        }
        if (failure) {
            std::rethrow_exception(failure);
        }
    }

    void accept() {
        for (auto& each : doors_) {
            accept(each);
        }
    }

    void accept(door& at) {
        if (draining_ || at.is_accepting) {
            return;
        }
        if (!limits_->admits(clock::now())) {
            accept_later();
            return;
        }
        if (at.newcomer) {
            begin(*std::exchange(at.newcomer, std::nullopt));
            return accept(at);
        }
        at.acceptor.async_accept(
            [self = shared_from_this(), &at,
             pending = pending_mark(at.is_accepting)](error_code ec, tcp::socket socket) mutable {
                pending.end();
                self->accepted(at, ec, std::move(socket));
            });
    }

    void accepted(door& at, error_code ec, tcp::socket socket) {
        if (draining_) {
            return;
        }
        if (ec) {
            accept_later();
            tell_failure(ec);
            return;
        }
        has_told_failure_ = false;
        at.newcomer.emplace(std::move(socket));
        accept(at);
    }

    // Out of descriptors or places, or a connection that was gone before it was accepted.
    void accept_later() {
        retry_timer_.expires_after(std::chrono::milliseconds(50));
        retry_timer_.async_wait([self = shared_from_this()](error_code ec) {
            if (!ec) {
                self->accept();
            }
        });
    }

    void tell_failure(error_code ec) {
        if (!std::exchange(has_told_failure_, true) && options_->on_accept_failure) {
            options_->on_accept_failure(ec);
        }
    }

    void begin(tcp::socket socket) {
        while (auto* const place = limits_->make_place(clock::now())) {
            // It may be let go of meanwhile.
            const auto owner = place->owner->shared_from_this();
            owner->close();
        }
        error_code ignored;
        const auto peer = socket.remote_endpoint(ignored).address();
        socket.set_option(tcp::no_delay(true), ignored);
        auto connection = tls_ ? make_tls_transport(std::move(socket), tls_)
                               : make_plain_transport(std::move(socket));
        const auto created =
            std::make_shared<session>(std::move(connection), peer, options_, handler_, limits_,
                                      [weak = weak_from_this()](session* ended) {
                                          if (const auto self = weak.lock()) {
                                              self->ended(ended);
                                          }
                                      });
        sessions_.emplace(created.get(), created);
        created->start();
    }

    void ended(session* which) noexcept {
        sessions_.erase(which);
        try {
            accept();
        } catch (const std::bad_alloc&) {
            // The next sweep tries again.
        }
    }

    // It goes on whatever there is no memory for, and takes up again what that has ended.
    void sweep() {
        sweep_timer_.expires_after(std::chrono::milliseconds(250));
        sweep_timer_.async_wait(asio::bind_allocator(
            roomport::detail::handler_allocator<>(sweep_memory_),
            [self = shared_from_this()](error_code ec) {
                const bool is_over = self->draining_ && self->sessions_.empty();
                if (!ec && !is_over) {
                    self->sweep();
                    self->check_deadlines();
                    self->accept();
                }
            }));
    }

    void check_deadlines() {
        for_each([now = clock::now()](session& each) { each.check_deadline(now); });
    }

    std::shared_ptr<const server_options> options_;
    std::shared_ptr<const request_handler> handler_;
    std::shared_ptr<resource_limits> limits_;
    std::shared_ptr<asio::ssl::context> tls_;
    asio::io_context& context_;
    // Never moved: pending accepts refer to them.
    std::list<door> doors_;
    asio::steady_timer retry_timer_;
    asio::steady_timer sweep_timer_;
    roomport::detail::handler_memory sweep_memory_;
    std::map<session*, std::weak_ptr<session>> sessions_;
    bool draining_ = false;
    bool has_told_failure_ = false;
};

server::server(asio::io_context& context, server_options options, request_handler handler)
    : core_(std::make_shared<core>(context, std::move(options), std::move(handler))) {}

server::~server() {
    core_->stop();
}

std::vector<tcp::endpoint> server::listen(const std::vector<tcp::endpoint>& where) {
    return core_->listen(where);
}

void server::replace_tls(std::shared_ptr<asio::ssl::context> tls) {
    core_->replace_tls(std::move(tls));
}

void server::drain() {
    core_->drain();
}

const resource_usage& server::usage() const {
    return core_->usage();
}

std::size_t server::connections() const {
    return core_->connections();
}

} // namespace roomport::httpd
