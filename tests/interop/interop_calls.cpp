// Calls every operation that the library types, once: interop_calls --list, or interop_calls ENDPOINT.
// A JSON array is printed: of the operations, or of what each answered.
#include <roomport/client.hpp>
#include <roomport/json/writer.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/describe/members.hpp>
#include <boost/describe/modifiers.hpp>
#include <boost/mp11/algorithm.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace hathora = roomport::hathora;

template <class T>
T filled();

// A value for each member that a request or its body may have; what is sent as a path or an id takes the first text.
class sample_value {
public:
    explicit sample_value(bool is_in_body) : is_in_body_(is_in_body) {}

    void put(std::string& to) const {
        to = is_in_body_ ? "Zo\xc3\xab" : "00000000-0000-4000-8000-000000000001";
    }
    void put(roomport::secret& to) const { to = roomport::secret("a.player.token"); }
    void put(bool& to) const { to = true; }
    void put(std::int32_t& to) const { to = 1; }
    void put(std::int64_t& to) const { to = 1; }
    void put(double& to) const { to = 1767323045; }

    template <class E>
    void put(roomport::open_enum<E>& to) const {
        to = E{};
    }

    template <class T>
    void put(std::optional<T>& to) const {
        put(to.emplace());
    }

    template <class T>
    void put(std::vector<T>& to) const {
        put(to.emplace_back());
    }

    template <roomport::described_model T>
    void put(T& to) const {
        to = filled<T>();
    }

private:
    bool is_in_body_;
};

// A request or a model with every member set.
template <class T>
T filled() {
    T value;
    const sample_value sample(roomport::described_model<T>);
    boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_public>>(
        [&](auto member) { sample.put(value.*member.pointer); });
    return value;
}

template <class Response>
std::string written(const Response& value) {
    if constexpr (std::is_same_v<Response, hathora::no_content>) {
        return "null";
    } else {
        return roomport::json::to_string(value);
    }
}

class report {
public:
    report() = default;

    template <class Request, class Response>
    void add(const hathora::operation<Request, Response>& what, roomport::error_code ec,
             const roomport::api_result<Response>& result) {
        begin(what.id);
        text_ += ",\"httpStatus\":" + std::to_string(result.http_status);
        if (ec) {
            text_ += ",\"error\":" + roomport::json::quote(ec.message() + ": " + result.message);
        } else {
            text_ += ",\"value\":" + written(result.value);
        }
        text_ += '}';
    }

    void add(const hathora::operation_description& what) {
        begin(what.id);
        text_ += ",\"method\":" +
                 roomport::json::quote(what.verb == roomport::http::method::get ? "GET" : "POST");
        text_ += ",\"path\":" + roomport::json::quote(what.path) + '}';
    }

    std::string text() const { return '[' + text_ + "\n]\n"; }

private:
    void begin(std::string_view id) {
        text_ += (text_.empty() ? "\n{\"id\":" : ",\n{\"id\":") + roomport::json::quote(id);
    }

    std::string text_;
};

template <class Request, class Response>
asio::awaitable<void> call(roomport::client& client,
                           const hathora::operation<Request, Response>& what, report& to) {
    auto request = filled<Request>();
    const auto outcome =
        co_await client.async_call(what, std::move(request), asio::as_tuple(asio::use_awaitable));
    to.add(what, std::get<0>(outcome), std::get<1>(outcome));
}

asio::awaitable<void> call_all(roomport::client& client, report& to) {
    // Not `(co_await call(..), ...)`: g++ 12 is not to be trusted with many awaits in one expression.
    constexpr auto count = std::tuple_size_v<decltype(hathora::all_operations)>;
    using step = asio::awaitable<void> (*)(roomport::client&, report&);
    const auto steps = []<std::size_t... At>(std::index_sequence<At...>) {
        return std::array<step, count>{[](roomport::client& with, report& result) {
            return call(with, std::get<At>(hathora::all_operations), result);
        }...};
    }
    (std::make_index_sequence<count>());
    for (const auto each : steps) {
        co_await each(client, to);
    }
    co_await client.async_close(asio::use_awaitable);
}

void run(const std::string& endpoint, report& to) {
    asio::io_context context;
    roomport::client_options options;
    options.endpoint = endpoint;
    options.app_id = "local";
    options.token = hathora::fixed_token(roomport::secret("a-developer-token"));
    roomport::client client(context.get_executor(), options);
    asio::co_spawn(context, call_all(client, to), [](const std::exception_ptr& thrown) {
        if (thrown) {
            std::rethrow_exception(thrown);
        }
    });
    context.run();
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: interop_calls --list | ENDPOINT\n", stderr);
        return 2;
    }
    try {
        report result;
        if (std::string_view(argv[1]) == "--list") {
            std::apply([&](const auto&... operation) { (result.add(operation), ...); },
                       hathora::all_operations);
        } else {
            run(argv[1], result);
        }
        std::cout << result.text();
        return 0;
    } catch (const std::exception& wrong) {
        std::fprintf(stderr, "%s\n", wrong.what());
        return 1;
    }
}
