#pragma once

#include "allocation/allocator.hpp"
#include "providers/http/description.hpp"

#include <roomport/error.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace roomport::providers {

/// What came back from a platform.
class http_answer {
public:
    http_answer() = default;
    /// Why there is no complete answer.
    error_code failed;
    /// What is known of that beyond the code.
    std::string problem;
    int status = 0;
    std::string body;
    /// Retry-After.
    std::optional<time_point> not_before;
    /// Whether a client certificate was to be shown.
    bool has_client_certificate = false;
};

/// One page of a list.
class list_page {
public:
    list_page() = default;
    std::vector<allocation::listed_server> servers;
    std::size_t items = 0;
    /// Where the next one begins, for pages by token; empty: there is none.
    std::string next;
};

/// What answers mean, by the description; no I/O. An answer that is not complete or not as described is `unknown_outcome`
/// unless it is sure that nothing was sent.
allocation::create_outcome read_create(const http_description& how, const http_answer& answer);
allocation::find_outcome read_find(const http_description& how, const http_answer& answer);
allocation::observe_outcome read_observe(const http_description& how,
                                         const std::vector<port_name>& ports,
                                         const http_answer& answer);
allocation::stop_answer read_stop(const http_description& how, const http_answer& answer);
std::variant<list_page, allocation::refused> read_list(const http_description& how,
                                                       const http_answer& answer,
                                                       std::chrono::system_clock::time_point now);

} // namespace roomport::providers
