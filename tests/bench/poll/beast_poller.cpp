// What a careful reader of Beast's examples writes: ssl_stream over tcp_stream, a timeout per operation, one coroutine a
// connection, the answer as a DOM and from there into a struct.

#include "bench_options.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp> // NOLINT(banned): as others do
#include <boost/json.hpp>

#include <optional>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::use_awaitable;
using namespace roomport;

using stream_type = beast::ssl_stream<beast::tcp_stream>; // NOLINT(banned): as others do

void set_timeout(stream_type& stream) {
    auto& lowest = beast::get_lowest_layer(stream);
    lowest.expires_after(std::chrono::seconds(30)); // NOLINT(banned): as others do
}

struct port_info {
    std::string transport_type;
    int port = 0;
    std::string host;
    std::string name;
};

struct connection_info {
    std::string room_id;
    std::string status;
    std::optional<port_info> exposed_port;
    std::vector<port_info> additional_ports;
};

std::string text(const boost::json::value& from) {
    return boost::json::value_to<std::string>(from);
}

port_info tag_invoke(boost::json::value_to_tag<port_info>, const boost::json::value& from) {
    const auto& object = from.as_object();
    return {text(object.at("transportType")), boost::json::value_to<int>(object.at("port")),
            text(object.at("host")), text(object.at("name"))};
}

connection_info tag_invoke(boost::json::value_to_tag<connection_info>,
                           const boost::json::value& from) {
    const auto& object = from.as_object();
    connection_info result;
    result.room_id = text(object.at("roomId"));
    result.status = text(object.at("status"));
    if (const auto* port = object.if_contains("exposedPort");
        port != nullptr && port->is_object()) {
        result.exposed_port = boost::json::value_to<port_info>(*port);
    }
    result.additional_ports =
        boost::json::value_to<std::vector<port_info>>(object.at("additionalExposedPorts"));
    return result;
}

std::uint64_t answered = 0;

asio::awaitable<void> poll(const bench::bench_options& how, asio::ssl::context& tls,
                           std::size_t room) {
    stream_type stream(co_await asio::this_coro::executor, tls);
    SSL_set_tlsext_host_name(stream.native_handle(), "localhost");
    stream.set_verify_callback(asio::ssl::host_name_verification("localhost"));
    set_timeout(stream);
    const asio::ip::tcp::endpoint server(asio::ip::address_v4::loopback(), how.port);
    co_await beast::get_lowest_layer(stream).async_connect(server, use_awaitable);
    beast::get_lowest_layer(stream).socket().set_option(asio::ip::tcp::no_delay(true));
    co_await stream.async_handshake(asio::ssl::stream_base::client, use_awaitable);
    beast::flat_buffer buffer;
    for (;;) {
        http::request<http::empty_body> request(http::verb::get, bench::path_of(room), 11);
        request.set(http::field::host, "localhost");
        request.set(http::field::user_agent, "beast");
        request.set(http::field::accept, "*/*");
        set_timeout(stream);
        co_await http::async_write(stream, request, use_awaitable);
        http::response<http::string_body> answer;
        co_await http::async_read(stream, buffer, answer, use_awaitable);
        const auto info = boost::json::value_to<connection_info>(boost::json::parse(answer.body()));
        answered += info.status == "starting" ? 1 : 0;
    }
}

} // namespace

int main(int count, char** words) {
    const auto how = bench::read_options(count, words);
    asio::io_context context(1);
    asio::ssl::context tls(asio::ssl::context::tls_client);
    tls.load_verify_file(how.ca_file);
    tls.set_verify_mode(asio::ssl::verify_peer);
    for (std::size_t i = 0; i < how.connections; ++i) {
        asio::co_spawn(context, poll(how, tls, i), asio::detached);
    }
    bench::measurement measurement;
    context.run_for(how.warm_up);
    measurement.begin(answered);
    context.run_for(how.time);
    measurement.end(answered);
}
