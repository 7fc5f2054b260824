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

/// One operation of the API. Client, local room service and contract test are all built from these. The texts must stay
/// valid as long as a call of the operation is under way; literals do.
struct operation_description {
    /// The operation's id in the contract, or a name of yours.
    std::string_view id;
    /// The method of its requests.
    http::method verb;
    /// The path with `{placeholders}`; `{appId}` is filled by the client, others from the request's members. One that
    /// nothing fills makes every call end with `error::invalid_argument`.
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
/// Those of this library are in `operations.hpp`; one of your own is described in the same way and called in the same way,
/// with types of this library or your own.
///
/// A request is a described class. A member whose wire name stands in the path as a placeholder fills it; a member named
/// `body` is sent as the JSON body; a @ref roomport::secret is the player's token; every other member is a query
/// parameter. Such a member is a `std::string`, an `open_enum`, a `bool`, an integer that is not negative, a finite
/// `double`, or a `std::optional` of one, left out while it holds nothing, or a `std::vector` of one, repeated for each
/// element; a `std::vector<std::string>` holds ids, at least one and none twice, and is sent as one list.
///
/// A response is a model, a `std::vector` of one, a `std::string` for a document that is a text, or @ref no_content.
/// For models see @ref roomport::model_traits. What breaks a rule doesn't compile, with a message that says which.
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
