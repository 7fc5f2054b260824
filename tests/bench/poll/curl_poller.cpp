// libcurl's multi interface with one easy handle a connection, and nlohmann's JSON.

#include "bench_options.hpp"

#include <curl/curl.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

namespace {

using namespace roomport;

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

void from_json(const nlohmann::json& from, port_info& to) {
    from.at("transportType").get_to(to.transport_type);
    from.at("port").get_to(to.port);
    from.at("host").get_to(to.host);
    from.at("name").get_to(to.name);
}

void from_json(const nlohmann::json& from, connection_info& to) {
    from.at("roomId").get_to(to.room_id);
    from.at("status").get_to(to.status);
    if (const auto port = from.find("exposedPort"); port != from.end() && !port->is_null()) {
        to.exposed_port = port->get<port_info>();
    }
    from.at("additionalExposedPorts").get_to(to.additional_ports);
}

struct transfer {
    CURL* handle = nullptr;
    std::string body;
};

std::size_t take(char* bytes, std::size_t size, std::size_t count, void* to) {
    static_cast<std::string*>(to)->append(bytes, size * count);
    return size * count;
}

} // namespace

int main(int count, char** words) {
    const auto how = bench::read_options(count, words);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM* multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(how.connections));
    std::vector<std::unique_ptr<transfer>> transfers;
    const std::string base = "https://localhost:" + std::to_string(how.port);
    for (std::size_t i = 0; i < how.connections; ++i) {
        auto& one = *transfers.emplace_back(std::make_unique<transfer>());
        one.handle = curl_easy_init();
        curl_easy_setopt(one.handle, CURLOPT_URL, (base + bench::path_of(i)).c_str());
        curl_easy_setopt(one.handle, CURLOPT_CAINFO, how.ca_file.c_str());
        curl_easy_setopt(one.handle, CURLOPT_HTTP_VERSION,
                         static_cast<long>(CURL_HTTP_VERSION_1_1));
        curl_easy_setopt(one.handle, CURLOPT_WRITEFUNCTION, &take);
        curl_easy_setopt(one.handle, CURLOPT_WRITEDATA, &one.body);
        curl_easy_setopt(one.handle, CURLOPT_PRIVATE, &one);
        curl_easy_setopt(one.handle, CURLOPT_TIMEOUT_MS, 30'000L);
        curl_multi_add_handle(multi, one.handle);
    }
    using clock_type = std::chrono::steady_clock;
    const auto measure_from = clock_type::now() + how.warm_up;
    const auto until = measure_from + how.time;
    bench::measurement measurement;
    bool measuring = false;
    std::uint64_t answered = 0;
    while (clock_type::now() < until) {
        if (!measuring && clock_type::now() >= measure_from) {
            measuring = true;
            measurement.begin(answered);
        }
        int running = 0;
        curl_multi_perform(multi, &running);
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
            if (message->msg != CURLMSG_DONE) {
                continue;
            }
            CURL* const handle = message->easy_handle;
            if (message->data.result != CURLE_OK) {
                throw std::runtime_error(curl_easy_strerror(message->data.result));
            }
            transfer* one = nullptr;
            curl_easy_getinfo(handle, CURLINFO_PRIVATE, &one);
            const auto info = nlohmann::json::parse(one->body).get<connection_info>();
            answered += info.status == "starting" ? 1 : 0;
            one->body.clear();
            curl_multi_remove_handle(multi, handle);
            curl_multi_add_handle(multi, handle);
        }
        curl_multi_poll(multi, nullptr, 0, 100, nullptr);
    }
    measurement.end(answered);
}
