#pragma once

#include <roomport/error.hpp>
#include <roomport/export.hpp>
#include <roomport/secret.hpp>

#include <boost/system/result.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace roomport::hathora {

/// Where the developer token comes from.
///
/// Asked on the client's strand before each operation that needs a token, and only then. Those made here may be shared by
/// clients on several threads; one of your own must be thread-safe for that. What it throws counts as
/// `error::token_source_failed`, and its `what()` becomes part of the operation's message.
class token_source {
public:
    token_source() = default;
    token_source(const token_source&) = delete;
    token_source& operator=(const token_source&) = delete;
    virtual ~token_source() = default;

    /// The token now, or why there is none. `error::token_unavailable`: there is none, and asking again is of no use. Any
    /// other error: asking again may help; its text becomes part of the message of the operation that needed the token,
    /// and the operation's error is `error::token_source_failed`, which create-and-wait and the destruction of rooms
    /// try again like a server in trouble. Words that are told must not hold a token.
    virtual boost::system::result<secret> current() = 0;

    /// Called when the server refused the token that `current` gave last with 401.
    /// @return whether `current` would now give another one, so that trying once more makes sense.
    virtual bool refused() = 0;

    /// Where it comes from, for messages about a token that can't be used, like "the file 'PATH'"; empty: not to be told.
    /// Never the token itself.
    virtual std::string where() const { return {}; }
};

/// Always the same token.
/// @param token not empty, free of control characters and spaces; else each use yields `error::token_unavailable`.
ROOMPORT_EXPORT std::shared_ptr<token_source> fixed_token(secret token);

/// The text of a file, read again when the file changes or the token is refused. Newlines at its end are dropped; a
/// file with more than the token yields `error::token_unavailable`.
/// The file is read on the client's strand: it should be local.
/// @param path a file of at most 64 KiB.
ROOMPORT_EXPORT std::shared_ptr<token_source> token_file(std::filesystem::path path);

/// Whatever a function gives, called for each use, and once more where a message must not show the token though none was
/// used yet; it must be quick, and may fail with any error or throw (@ref token_source::current).
ROOMPORT_EXPORT std::shared_ptr<token_source>
token_callback(std::function<boost::system::result<secret>()> provider);

} // namespace roomport::hathora
