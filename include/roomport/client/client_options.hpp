#pragma once

#include <roomport/client/create_options.hpp>
#include <roomport/hathora/token_source.hpp>
#include <roomport/http/pool_options.hpp>
#include <roomport/wait/cadence.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace roomport {

/// What a client is made with.
class client_options {
public:
    client_options() = default;

    /// The API's base URL: `https://HOST[:PORT]`. Required.
    std::string endpoint;

    /// The app whose rooms this client deals with: 1 to 100 letters, digits, '_' and '-'. Required.
    std::string app_id;

    /// Where the developer token comes from; null, the default: operations that ask for one complete with
    /// `error::token_unavailable`. Waiting for a room needs none.
    std::shared_ptr<hathora::token_source> token;

    /// Connections, TLS and DNS.
    http::pool_options pool;

    /// One attempt of an operation other than a wait. More than zero. Default 10 s.
    duration request_timeout = std::chrono::seconds(10);

    /// When to look again at a room that is starting; null, the default: `exponential_cadence()`.
    std::shared_ptr<roomport::cadence> cadence;

    /// Whether to hold answers at a server that offers it, instead of polling. Default true.
    bool use_held_answers = true;

    /// Set when only one thread runs the executor, so that the client can do without a strand. Default false.
    bool single_threaded = false;

    /// Seed of all randomness but the choice of room ids; zero, the default: taken from the system.
    std::uint64_t seed = 0;

    /// Told when a room could not be destroyed after a create-and-wait that failed or was cancelled: the room may live
    /// on. Called on the client's strand; must not throw. May be empty.
    std::function<void(const orphan&)> on_orphan;
};

} // namespace roomport
