// A room id goes in, an exposed port comes out.
//
//   1_first_wait https://localhost:8443 local CA.pem ROOM
#include <roomport/client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>

namespace asio = boost::asio;

// [first-wait]
asio::awaitable<void> first_wait(roomport::client& client, std::string room) {
    const roomport::exposed_port port = co_await client.wait_active(room);
    std::cout << port.host << ':' << port.port << ' ' << port.transport_type.text() << '\n';
}
// [first-wait]

int main(int count, char** arguments) {
    if (count != 5) {
        std::cerr << "usage: 1_first_wait ENDPOINT APP-ID CA-FILE ROOM\n";
        return 2;
    }
    try {
        asio::io_context context;
        roomport::client_options options;
        options.endpoint = arguments[1];
        options.app_id = arguments[2];
        options.pool.tls.ca_file = arguments[3];
        roomport::client client(context.get_executor(), options);

        std::exception_ptr failure;
        asio::co_spawn(context, first_wait(client, arguments[4]), [&](std::exception_ptr thrown) {
            failure = thrown;
            client.async_close([](roomport::error_code) {});
        });
        context.run();
        if (failure) {
            std::rethrow_exception(failure);
        }
    } catch (const roomport::wait_error& failed) {
        std::cerr << failed.what() << " after " << failed.evidence().polls << " polls\n";
        return 1;
    } catch (const std::exception& failed) {
        std::cerr << failed.what() << '\n';
        return 1;
    }
}
