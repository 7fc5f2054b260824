#include "httpd/server.hpp"

#include "httpd/session.hpp"
#include "httpd/transport.hpp"

#include <boost/asio/steady_timer.hpp>

#include <unordered_map>
#include <utility>
#include <vector>

namespace roomport::httpd {

namespace asio = boost::asio;
using asio::ip::tcp;

class server::core : public std::enable_shared_from_this<core> {
public:
    core(asio::io_context& context, server_options options, request_handler handler)
        : options_(std::make_shared<const server_options>(std::move(options))),
          handler_(std::make_shared<const request_handler>(std::move(handler))),
          tls_(options_->tls), acceptor_(context), retry_timer_(context), sweep_timer_(context) {}

    tcp::endpoint listen(const tcp::endpoint& where) {
        acceptor_.open(where.protocol());
        acceptor_.set_option(tcp::acceptor::reuse_address(true));
        acceptor_.bind(where);
        acceptor_.listen(asio::socket_base::max_listen_connections);
        accept();
        sweep();
        return acceptor_.local_endpoint();
    }

    void replace_tls(std::shared_ptr<asio::ssl::context> tls) { tls_ = std::move(tls); }

    void drain() {
        draining_ = true;
        error_code ignored;
        acceptor_.close(ignored);
        for_each([](session& each) { each.drain(); });
    }

    void stop() {
        error_code ignored;
        draining_ = true;
        acceptor_.close(ignored);
        retry_timer_.cancel();
        sweep_timer_.cancel();
        for_each([](session& each) { each.close(); });
    }

    std::size_t connections() const { return sessions_.size(); }

private:
    // What is called may end sessions, so the table itself is not walked.
    template <class Function>
    void for_each(Function function) {
        std::vector<std::shared_ptr<session>> all;
        all.reserve(sessions_.size());
        for (const auto& [key, each] : sessions_) {
            all.push_back(each.lock());
        }
        for (const auto& each : all) {
            if (each) {
                function(*each);
            }
        }
    }

    void accept() {
        if (draining_ || accepting_ || sessions_.size() >= options_->max_connections) {
            return;
        }
        accepting_ = true;
        acceptor_.async_accept([self = shared_from_this()](error_code ec, tcp::socket socket) {
            self->accepting_ = false;
            if (self->draining_) {
                return;
            }
            if (ec) {
                self->accept_later();
                return;
            }
            self->begin(std::move(socket));
            self->accept();
        });
    }

    // Out of descriptors, or a connection that was gone before it was accepted.
    void accept_later() {
        retry_timer_.expires_after(std::chrono::milliseconds(50));
        retry_timer_.async_wait([self = shared_from_this()](error_code ec) {
            if (!ec) {
                self->accept();
            }
        });
    }

    void begin(tcp::socket socket) {
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        auto connection = tls_ ? make_tls_transport(std::move(socket), tls_)
                               : make_plain_transport(std::move(socket));
        const auto created = std::make_shared<session>(std::move(connection), options_, handler_,
                                                       [weak = weak_from_this()](session* ended) {
                                                           if (const auto self = weak.lock()) {
                                                               self->sessions_.erase(ended);
                                                               self->accept();
                                                           }
                                                       });
        sessions_.emplace(created.get(), created);
        created->start();
    }

    void sweep() {
        sweep_timer_.expires_after(std::chrono::milliseconds(250));
        sweep_timer_.async_wait([self = shared_from_this()](error_code ec) {
            if (ec) {
                return;
            }
            const auto now = clock::now();
            self->for_each([now](session& each) { each.check_deadline(now); });
            self->sweep();
        });
    }

    std::shared_ptr<const server_options> options_;
    std::shared_ptr<const request_handler> handler_;
    std::shared_ptr<asio::ssl::context> tls_;
    tcp::acceptor acceptor_;
    asio::steady_timer retry_timer_;
    asio::steady_timer sweep_timer_;
    std::unordered_map<session*, std::weak_ptr<session>> sessions_;
    bool accepting_ = false;
    bool draining_ = false;
};

server::server(asio::io_context& context, server_options options, request_handler handler)
    : core_(std::make_shared<core>(context, std::move(options), std::move(handler))) {}

server::~server() {
    core_->stop();
}

tcp::endpoint server::listen(const tcp::endpoint& where) {
    return core_->listen(where);
}

void server::replace_tls(std::shared_ptr<asio::ssl::context> tls) {
    core_->replace_tls(std::move(tls));
}

void server::drain() {
    core_->drain();
}

std::size_t server::connections() const {
    return core_->connections();
}

} // namespace roomport::httpd
