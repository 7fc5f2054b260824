#pragma once

#include "httpd/request_reader.hpp"
#include "httpd/resource_limits.hpp"
#include "httpd/server.hpp"
#include "httpd/transport.hpp"

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace roomport::httpd {

/// One connection: reads requests, has them answered one at a time, writes the answers in order.
class session : public std::enable_shared_from_this<session> {
public:
    /// @param peer where the connection comes from.
    /// @param ended called once, when the connection is closed.
    session(std::unique_ptr<transport> connection, const boost::asio::ip::address& peer,
            std::shared_ptr<const server_options> options,
            std::shared_ptr<const request_handler> handler, std::shared_ptr<resource_limits> limits,
            std::function<void(session*)> ended);
    session(const session&) = delete;
    session& operator=(const session&) = delete;
    ~session();

    /// Begins with the handshake.
    void start();

    /// Ends the connection when its present step has taken too long.
    void check_deadline(time_point now);

    /// Ends the connection now if it is idle, else after the answer in progress.
    void drain();

    /// Ends the connection at once.
    void close();

private:
    class answer_slot;

    enum class phase {
        handshake,
        idle,
        reading,
        answering,
        writing,
        lingering,
        closed,
    };

    /// Ends the connection should a step throw: half a step could lose bytes of a request.
    template <class Step>
    void perform(Step step);

    void enter(phase next, duration allowed);
    void on_handshake(error_code ec);
    void read();
    void on_read(error_code ec, std::size_t size);
    void advance();
    /// @return whether the body of the request under way may come.
    bool admit();
    void dispatch(request received);
    void refuse(int status, std::string_view why);
    void answer(std::size_t number, response reply);
    void fail(std::size_t number, std::string_view why) noexcept;
    void write(response reply, bool last);
    bool hold(std::size_t number, std::size_t keys);
    void keep_input();
    void shed_input();
    void shed_surplus();
    void write_output();
    void on_written(error_code ec);
    void write_continue();
    void linger();

    std::unique_ptr<transport> connection_;
    std::shared_ptr<const server_options> options_;
    std::shared_ptr<const request_handler> handler_;
    std::shared_ptr<resource_limits> limits_;
    resource_limits::connection usage_;
    std::function<void(session*)> ended_;

    request_reader reader_;
    phase phase_ = phase::handshake;
    time_point entered_{};
    duration allowed_ = duration::max();
    std::array<char, 4096> buffer_{};
    std::string input_;
    std::string output_;
    std::shared_ptr<const std::string> shared_output_;
    std::function<void()> abandoned_;
    // While an answer is held and nothing more can be read: no pending operation keeps the session then.
    std::shared_ptr<session> kept_alive_;
    std::size_t request_number_ = 0;
    bool read_pending_ = false;
    bool write_pending_ = false;
    bool peer_is_done_ = false;
    bool draining_ = false;
    bool close_after_write_ = false;
    bool is_head_ = false;
    bool is_admitted_ = false;
};

} // namespace roomport::httpd
