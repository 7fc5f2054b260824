// The connection pool by itself: a GET over HTTPS, with a deadline, its body collected as it arrives.
//
//   3_pool_get https://localhost:8443 /discovery/v2/ping [CA.pem]
#include <roomport/http/pool.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <iostream>

int main(int count, char** arguments) {
    if (count != 3 && count != 4) {
        std::cerr << "usage: 3_pool_get ORIGIN TARGET [CA-FILE]\n";
        return 2;
    }
    try {
        boost::asio::io_context context;
        roomport::http::pool_options options;
        options.tls.ca_file = count == 4 ? arguments[3] : "";
        roomport::http::pool pool(context.get_executor(),
                                  roomport::http::origin::parse(arguments[1]).value(), options);

        roomport::http::request request(roomport::http::method::get, arguments[2]);
        request.repeatable = true;
        request.deadline = roomport::clock::now() + std::chrono::seconds(10);

        roomport::http::string_sink body;
        int status = 1;
        pool.async_request(request, body,
                           [&](roomport::error_code ec, const roomport::http::response& response) {
                               if (ec) {
                                   std::cerr << ec.message() << '\n';
                               } else {
                                   std::cout << response.status << '\n' << body.text << '\n';
                                   status = 0;
                               }
                               pool.cancel();
                           });
        context.run();
        return status;
    } catch (const std::exception& failed) {
        std::cerr << failed.what() << '\n';
        return 1;
    }
}
