// What a user's first program touches: a reader, the client, an operation of the API.
#include <roomport/client.hpp>
#include <roomport/json/reader.hpp>
#include <roomport/model/connection_info_v2.hpp>
#include <roomport/version.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdio>

int main() {
    const auto info = roomport::json::read<roomport::connection_info_v2>(
        R"({"roomId":"a","status":"starting","additionalExposedPorts":[]})");
    if (!info || info->room_id != "a") {
        return 1;
    }

    boost::asio::io_context context;
    roomport::client_options options;
    options.endpoint = "https://127.0.0.1:1";
    options.app_id = "local";
    roomport::client client(context.get_executor(), options);

    roomport::wait_options wait;
    wait.timeout = std::chrono::seconds(30);
    wait.max_failures = 1;
    roomport::error_code waited;
    client.async_wait_active(
        "a", wait, [&](roomport::error_code ec, const roomport::wait_result&) { waited = ec; });
    roomport::error_code called;
    client.async_call(roomport::hathora::get_connection_info, roomport::hathora::room_request("a"),
                      [&](roomport::error_code ec, const auto&) { called = ec; });
    context.run();
    if (waited != roomport::errc::connect || called != roomport::errc::connect) {
        std::fprintf(stderr, "%s, %s\n", waited.message().c_str(), called.message().c_str());
        return 1;
    }

    std::printf("roomport %s: %s\n", ROOMPORT_VERSION_STRING, waited.message().c_str());
    return 0;
}
