#include "server/api/cross_origin.hpp"

#include <algorithm>
#include <string>

namespace roomport::server {
namespace {

constexpr std::string_view usual_headers = "authorization, content-type";
// No browser keeps a preflight for longer.
constexpr std::string_view longest_age = "86400";

bool is_list_of_names(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("!#$%&'*+-.^_`|~, \t").find(c) != std::string_view::npos;
    });
}

} // namespace

std::vector<httpd::field> cross_origin_fields() {
    return {{"Access-Control-Allow-Origin", "*"},
            {"Access-Control-Expose-Headers",
             "Allow, Date, Retry-After, Roomport-Batch, Roomport-Wait, WWW-Authenticate"}};
}

httpd::response preflight_answer(const httpd::request& received, std::string_view allowed) {
    httpd::response answer(204, "");
    std::string methods(allowed);
    if (methods.find("GET") != std::string::npos) {
        methods += ", HEAD";
    }
    methods += ", OPTIONS";
    const auto headers = received.find("Access-Control-Request-Headers").value_or("");
    answer.fields.emplace_back("Allow", methods);
    answer.fields.emplace_back("Access-Control-Allow-Methods", methods);
    answer.fields.emplace_back("Access-Control-Allow-Headers",
                               std::string(is_list_of_names(headers) ? headers : usual_headers));
    answer.fields.emplace_back("Access-Control-Max-Age", std::string(longest_age));
    answer.fields.emplace_back("Vary", "Access-Control-Request-Headers");
    // A page of the internet that asks a server on this machine or in its network.
    if (received.find("Access-Control-Request-Private-Network") == "true") {
        answer.fields.emplace_back("Access-Control-Allow-Private-Network", "true");
    }
    return answer;
}

} // namespace roomport::server
