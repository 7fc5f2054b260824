#pragma once

#include <roomport/http/message.hpp>

#include <string_view>

namespace roomport::hathora {

/// What an operation asks a caller to prove.
enum class authentication {
    /// Nothing: no token is sent.
    none,
    /// The developer token, as a bearer token.
    token,
    /// The token of the player who asks, as a bearer token. It comes with the request.
    player,
};

/// How large the answer of an operation may be.
enum class response_size {
    /// One document: at most 1 MiB.
    document,
    /// A list of documents: at most 16 MiB.
    list,
};

/// One operation of the API. Client, local room service and contract test are all built from these.
struct operation_description {
    /// The operation's id in the contract.
    std::string_view id;
    /// The method of its requests.
    http::method verb;
    /// The path with `{placeholders}`; `{appId}` is filled by the client, others from the request's members.
    std::string_view path;
    /// What the caller has to prove.
    authentication auth;
    /// Whether the request may reach the server twice without harm.
    bool repeatable;
    /// The one status that means success.
    int success_status;
    /// How large its answer may be.
    response_size size;
};

/// An operation with the types of its request and its response.
///
/// A request is a described class. A member whose wire name stands in the path as a placeholder fills it; a member named
/// `body` is sent as the JSON body; a @ref roomport::secret is the player's token; every other member is a query
/// parameter, left out while empty and repeated for each element of a list.
template <class Request, class Response>
struct operation : operation_description {
    /// What it takes.
    using request_type = Request;
    /// What it yields.
    using response_type = Response;
};

/// The response of an operation that answers without a body.
struct no_content {
    friend bool operator==(const no_content&, const no_content&) = default;
};

} // namespace roomport::hathora
