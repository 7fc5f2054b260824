#pragma once

#include <roomport/clock.hpp>
#include <roomport/http/resolver.hpp>

#include <boost/asio/ip/address.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace roomport::http::detail {

/// What a blocking look-up found.
class lookup_outcome {
public:
    lookup_outcome() = default;

    error_code error;
    std::vector<boost::asio::ip::address> addresses;
};

/// A blocking look-up, called on a thread of the resolver.
using blocking_lookup = std::function<lookup_outcome(const std::string& host)>;

/// `getaddrinfo`.
lookup_outcome look_up_by_system(const std::string& host);

/// How a threaded resolver works.
struct threaded_resolver_settings {
    std::size_t max_threads = 4;
    duration keep_found = std::chrono::seconds(5);
    duration keep_failed = std::chrono::seconds(1);
    std::size_t max_kept = 256;
};

/// A resolver that runs blocking look-ups on detached threads, which keep its state alive and end when there is nothing
/// to do. Equal look-ups are made once.
std::shared_ptr<resolver> make_threaded_resolver(blocking_lookup lookup,
                                                 const threaded_resolver_settings& settings);

} // namespace roomport::http::detail
