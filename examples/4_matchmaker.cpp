// A matchmaker: its own io_context on several threads, many rooms created and awaited at once, some of them given up,
// progress shown as it comes.
//
//   4_matchmaker ENDPOINT APP-ID CA-FILE TOKEN-FILE [MATCHES]
#include <roomport/client.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <iostream>
#include <list>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;

namespace {

// What happens to matches, told from one strand so that lines never mix and cancellation signals are never shared.
class matchmaker {
public:
    matchmaker(asio::io_context& context, roomport::client& client)
        : strand_(asio::make_strand(context)), client_(client), leaving_(strand_) {}

    void start(int matches) {
        asio::post(strand_, [this, matches] {
            pending_ = matches;
            for (int number = 0; number < matches; ++number) {
                create(number);
            }
            // The players of every fifth match leave before it begins; its room is destroyed in the background.
            leaving_.expires_after(std::chrono::milliseconds(50));
            leaving_.async_wait([this](roomport::error_code) {
                int number = 0;
                for (auto& match : give_up_) {
                    if (number++ % 5 == 4) {
                        match.emit(asio::cancellation_type::terminal);
                    }
                }
            });
        });
    }

    int ready() const { return ready_; }
    int given_up() const { return given_up_; }
    int failed() const { return failed_; }

private:
    void create(int number) {
        roomport::create_options options;
        options.wait.timeout = std::chrono::seconds(60);
        // Progress comes on the client's strand, not ours: only an atomic is touched.
        options.wait.on_progress = [this](const roomport::wait_event&) {
            ++polls_;
        };
        auto& give_up = give_up_.emplace_back();
        client_.async_create_and_wait(
            roomport::hathora::create_room_request(roomport::region::frankfurt), options,
            asio::bind_executor(
                strand_, asio::bind_cancellation_slot(
                             give_up.slot(), [this, number](roomport::error_code ec,
                                                            const roomport::created_room& room) {
                                 ended(number, ec, room);
                             })));
    }

    void ended(int number, roomport::error_code ec, const roomport::created_room& room) {
        std::cout << "match " << number << ": ";
        if (!ec) {
            ++ready_;
            const auto& port = room.result.exposed_port;
            std::cout << room.room_id << ' ' << port.host << ':' << port.port << ' '
                      << port.transport_type.text() << ", after "
                      << std::chrono::duration_cast<std::chrono::milliseconds>(
                             room.result.evidence.elapsed)
                             .count()
                      << " ms\n";
        } else if (ec == roomport::errc::cancelled) {
            ++given_up_;
            std::cout << "given up\n";
        } else {
            ++failed_;
            std::cout << ec.message() << " (" << room.result.evidence.last_message << ")\n";
        }
        if (--pending_ == 0) {
            // Waits for rooms that were given up and are still on their way out; then the context runs dry.
            leaving_.cancel();
            client_.async_close(asio::bind_executor(strand_, [](roomport::error_code) {}));
        }
    }

    asio::strand<asio::io_context::executor_type> strand_;
    roomport::client& client_;
    asio::steady_timer leaving_;
    std::list<asio::cancellation_signal> give_up_;
    int pending_ = 0;
    std::atomic<int> polls_ = 0;
    int ready_ = 0;
    int given_up_ = 0;
    int failed_ = 0;
};

} // namespace

int main(int count, char** arguments) {
    if (count != 5 && count != 6) {
        std::cerr << "usage: 4_matchmaker ENDPOINT APP-ID CA-FILE TOKEN-FILE [MATCHES]\n";
        return 2;
    }
    try {
        const int matches = count == 6 ? std::stoi(arguments[5]) : 10;
        asio::io_context context;

        roomport::client_options options;
        options.endpoint = arguments[1];
        options.app_id = arguments[2];
        options.pool.tls.ca_file = arguments[3];
        options.token = roomport::hathora::token_file(arguments[4]);
        options.on_orphan = [](const roomport::orphan& left) {
            std::cerr << "room " << left.room_id << " may live on: " << left.error.message()
                      << '\n';
        };
        roomport::client client(context.get_executor(), options);
        matchmaker matches_to_make(context, client);
        matches_to_make.start(matches);

        std::vector<std::thread> threads;
        for (int i = 0; i < 3; ++i) {
            threads.emplace_back([&context] { context.run(); });
        }
        for (auto& thread : threads) {
            thread.join();
        }

        std::cout << matches_to_make.ready() << " ready, " << matches_to_make.given_up()
                  << " given up, " << matches_to_make.failed() << " failed\n";
        return matches_to_make.failed() == 0 ? 0 : 1;
    } catch (const std::exception& failed) {
        std::cerr << failed.what() << '\n';
        return 1;
    }
}
