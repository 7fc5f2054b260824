#pragma once

#include <roomport/client/create_options.hpp>
#include <roomport/default_timeouts.hpp>
#include <roomport/hathora/token_source.hpp>
#include <roomport/http/pool_options.hpp>
#include <roomport/wait/cadence.hpp>
#include <roomport/wait/observer.hpp>

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

    /// The API's base URL: `https://HOST[:PORT]`, or `http://` for a loopback host; beyond loopback each operation over
    /// plain HTTP ends with `error::plaintext_refused` unless `http::pool_options::allow_plaintext` is set. Required.
    std::string endpoint;

    /// The app whose rooms this client deals with: 1 to 100 letters, digits, '_' and '-'. Required.
    std::string app_id;

    /// Where the developer token comes from; null, the default: operations that ask for one complete with
    /// `error::token_unavailable`. Waiting for a room needs none, but see `use_process_lists`.
    std::shared_ptr<hathora::token_source> token;

    /// How a room is polled; null, the default: by GetConnectionInfo of `endpoint`, or many rooms at once where that is
    /// possible. Another one is asked for every wait of the client, those of a create-and-wait included, with the room's
    /// id as the key, on the client's strand, which is the associated executor of the handlers that it is given. Then
    /// `use_batch_answers` and `use_process_lists` have no effect; all other operations still go to `endpoint`. The
    /// client keeps it until the client and its waits have ended. For keys that are no room ids, use a
    /// @ref wait_engine of your own.
    std::shared_ptr<roomport::observer> observer;

    /// Connections, TLS and DNS.
    http::pool_options pool;

    /// One attempt of an operation other than a wait, from when it has a connection: while others have them and the server
    /// answers, it waits without end. More than zero. Default 10 s.
    duration request_timeout = default_request_timeout;

    /// When to poll a room again that is starting; null, the default: a `learned_cadence()` of the client's own, which
    /// learns how long rooms of each `wait_options::group` take to start.
    std::shared_ptr<roomport::cadence> cadence;

    /// Requests a second that the server allows for polling rooms, over all rooms of the client; not negative. Zero,
    /// the default: nobody knows, and the client finds a rate that the server bears when it answers 429. Where the limit
    /// holds for several clients together, give each its share. Operations called directly are not counted.
    double max_polls_per_second = 0;

    /// Whether to hold answers at a server that offers it, instead of polling. Default true.
    bool use_held_answers = true;

    /// Whether to poll many rooms with one request at a server that announces it with `Roomport-Batch`, as the local
    /// room service does. Falls back to single polls where that doesn't work. Default true.
    bool use_batch_answers = true;

    /// Whether to poll many rooms by the list of running processes (GetRunningProcesses), where the server offers no
    /// better way and there is a `token`: from ten rooms on, and only while the list is small for what it tells (4 KiB a
    /// room) and knows most of the rooms. The one way in which waiting uses the token. Turn it off where the app has far
    /// more processes than rooms that start, or the token should not be used for that. Default true.
    bool use_process_lists = true;

    /// Set when only one thread runs the executor, so that the client can do without a strand. Default false.
    bool single_threaded = false;

    /// Seed of all randomness but the choice of room ids; zero, the default: taken from the system.
    std::uint64_t seed = 0;

    /// Told when a room could not be destroyed after a create-and-wait that failed or was cancelled: the room may live
    /// on. Called once a room, on the client's strand; must be quick. Should it throw, everything goes on, and the
    /// exception leaves through the `run()` of the context. May be empty.
    std::function<void(const orphan&)> on_orphan;
};

} // namespace roomport
