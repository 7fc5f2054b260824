// The smallest daemon of this kind: room ids come in on standard input, a line each; rooms that are ready go out on standard
// output as JSON lines, the others to standard error. SIGINT and SIGTERM end it in order. `roomport-poller` is its
// grown-up form: HTTP, metrics, a configuration file.
//
//   print-room-ids | small_daemon ENDPOINT APP-ID CA-FILE
#include <roomport/client.hpp>
#include <roomport/json/object_writer.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/signal_set.hpp>

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <exception>
#include <iostream>
#include <string>

namespace asio = boost::asio;

namespace {

// Works on the one thread that runs the context.
class small_daemon {
public:
    small_daemon(asio::io_context& context, roomport::client_options options)
        : client_(context.get_executor(), std::move(options)),
          input_(context.get_executor(), ::dup(STDIN_FILENO)),
          signals_(context.get_executor(), SIGINT, SIGTERM) {}

    void start() {
        signals_.async_wait([this](roomport::error_code ec, int) {
            if (!ec) {
                close();
            }
        });
        read_line();
    }

private:
    void read_line() {
        asio::async_read_until(input_, asio::dynamic_buffer(pending_, longest_line), '\n',
                               [this](roomport::error_code ec, std::size_t size) {
                                   if (ec) {
                                       // Nobody registers rooms any more; what is under way goes on to its end.
                                       has_input_ = false;
                                       close_when_idle();
                                       return;
                                   }
                                   wait_for(pending_.substr(0, size - 1));
                                   pending_.erase(0, size);
                                   read_line();
                               });
    }

    void wait_for(const std::string& room) {
        ++waits_;
        roomport::wait_options options;
        options.timeout = std::chrono::minutes(5);
        client_.async_wait_active(
            room, options,
            [this, room](roomport::error_code ec, const roomport::wait_result& result) {
                if (ec) {
                    std::cerr << room << ": " << ec.message() << '\n';
                } else {
                    std::cout << roomport::json::object_writer()
                                     .member("roomId", room)
                                     .member("exposedPort", result.exposed_port)
                                     .to_string()
                              << std::endl;
                }
                --waits_;
                close_when_idle();
            });
    }

    void close_when_idle() {
        if (!has_input_ && waits_ == 0) {
            close();
        }
    }

    void close() {
        input_.close();
        signals_.cancel();
        client_.async_close([](roomport::error_code) {});
    }

    static constexpr std::size_t longest_line = 4096;

    roomport::client client_;
    asio::posix::stream_descriptor input_;
    asio::signal_set signals_;
    std::string pending_;
    std::size_t waits_ = 0;
    bool has_input_ = true;
};

} // namespace

int main(int count, char** arguments) {
    if (count != 4) {
        std::cerr << "usage: print-room-ids | small_daemon ENDPOINT APP-ID CA-FILE\n";
        return 2;
    }
    try {
        asio::io_context context;
        roomport::client_options options;
        options.endpoint = arguments[1];
        options.app_id = arguments[2];
        options.pool.tls.ca_file = arguments[3];
        options.single_threaded = true;
        small_daemon waiting(context, std::move(options));
        waiting.start();
        context.run();
        return 0;
    } catch (const std::exception& failed) {
        std::cerr << failed.what() << '\n';
        return 1;
    }
}
