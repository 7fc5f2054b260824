// Makes matches: a room for each, created and awaited at the same time.
#include <roomport/client.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

namespace {

// Everything that differs between two hosts of rooms is told from outside.
std::string setting(const char* name, const char* otherwise) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : otherwise;
}

roomport::client_options options_from_environment() {
    roomport::client_options options;
    options.endpoint = setting("HATHORA_ENDPOINT", "https://localhost:8443");
    options.app_id = setting("HATHORA_APP_ID", "local");
    options.pool.tls.ca_file = setting("MATCHMAKER_CA_FILE", ""); // empty: the system's CAs
    options.token = roomport::hathora::token_file(setting("MATCHMAKER_TOKEN_FILE", "token"));
    options.single_threaded = true;
    return options;
}

void tell(int match, roomport::error_code ec, const roomport::created_room& room) {
    std::cout << "match " << match << ": ";
    if (ec) {
        const std::string& details = room.result.evidence.last_message;
        std::cout << ec.message() << (details.empty() ? "" : ": " + details) << '\n';
        return;
    }
    const roomport::exposed_port& port = room.result.exposed_port;
    std::cout << "send the players of " << room.room_id << " to " << port.host << ':' << port.port
              << ' ' << port.transport_type.text() << '\n';
}

} // namespace

int main() {
    try {
        boost::asio::io_context context;
        roomport::client client(context.get_executor(), options_from_environment());

        const int matches = 3;
        int pending = matches;
        int failed = 0;
        for (int match = 1; match <= matches; ++match) {
            roomport::hathora::create_room_request request(roomport::region::frankfurt);
            request.body.room_config = R"({"map":"harbour"})";
            roomport::create_options options;
            options.wait.timeout = std::chrono::seconds(30);
            client.async_create_and_wait(
                request, options,
                [&, match](roomport::error_code ec, const roomport::created_room& room) {
                    tell(match, ec, room);
                    failed += ec ? 1 : 0;
                    if (--pending == 0) {
                        client.async_close([](roomport::error_code) {});
                    }
                });
        }
        context.run();
        return failed == 0 ? 0 : 1;
    } catch (const std::exception& failure) {
        std::cerr << failure.what() << '\n';
        return 2;
    }
}
