#include "server/service/admin_front.hpp"

#include "program/metric_families.hpp"

#include <memory>
#include <utility>

namespace roomport::server {
namespace {

constexpr std::size_t admin_connections = 64;

httpd::server_options admin_options() {
    httpd::server_options options;
    options.bounds.connections = admin_connections;
    return options;
}

httpd::response plain_text(std::string text) {
    httpd::response answer(200, std::move(text));
    answer.content_type = program::exposition_media_type;
    return answer;
}

} // namespace

admin_front::admin_front(boost::asio::io_context& context, source from)
    : source_(std::move(from)),
      server_(context, admin_options(),
              [this](const httpd::request& received, std::shared_ptr<httpd::responder> responder) {
                  auto given = answer(received);
                  given.fields.emplace_back("Cache-Control", "no-store");
                  responder->send(std::move(given));
              }) {}

std::vector<boost::asio::ip::tcp::endpoint>
admin_front::listen(const std::vector<boost::asio::ip::tcp::endpoint>& where) {
    return server_.listen(where);
}

httpd::response admin_front::answer(const httpd::request& received) const {
    const std::string path = received.path.size() == 1 ? received.path.front() : std::string();
    if (path != "healthz" && path != "readyz" && path != "metrics") {
        return httpd::error_response(
            404, "there is no such path; there are /healthz, /readyz and /metrics");
    }
    if (received.method != "GET" && received.method != "HEAD") {
        auto refused = httpd::error_response(405, "this path needs the method GET");
        refused.fields.emplace_back("Allow", "GET, HEAD");
        return refused;
    }
    if (path == "metrics") {
        return plain_text(source_.metrics());
    }
    if (path == "readyz") {
        if (const auto problem = source_.problem(); !problem.empty()) {
            return httpd::error_response(503, problem);
        }
    }
    return plain_text("ok\n");
}

} // namespace roomport::server
