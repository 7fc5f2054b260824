#pragma once

#include <roomport/error.hpp>
#include <roomport/export.hpp>
#include <roomport/hathora/operation.hpp>
#include <roomport/http/message.hpp>
#include <roomport/secret.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace roomport::hathora {

/// A request ready to be sent, or why it can't be.
class encoded_request {
public:
    encoded_request() = default;

    /// What is sent.
    http::request request;
    /// Set when an argument is outside its range; nothing may be sent then.
    error_code error;
    /// Which argument, and what it must be.
    std::string message;
};

/// Puts a request of an operation together from named values. Used by @ref encode. Not thread-safe.
class ROOMPORT_EXPORT request_builder {
public:
    /// A request without parameters and body.
    /// @param what   the operation. @param app_id fills the placeholder `{appId}`.
    request_builder(const operation_description& what, std::string_view app_id);

    /// Fills the placeholder of that name, or adds a query parameter where the path has none. What fills a placeholder is
    /// an id, and refused when it is none; a short code may have any characters.
    void parameter(std::string_view wire_name, std::string_view value);

    /// Adds a query parameter with ids, separated by commas. There must be one at least, and none twice.
    void id_list(std::string_view wire_name, const std::vector<std::string>& ids);

    /// Sets the player's token.
    void token(const secret& player_token);

    /// Sets the JSON body. @param json one valid document.
    void body(std::string json);

    /// Marks the request as refused; the first refusal stays. @param message which argument, and what it must be.
    void refuse(std::string message);

    /// The request, or why it was refused. To be called once. A placeholder that nothing filled is a refusal.
    encoded_request finish();

private:
    void check_id(std::string_view wire_name, std::string_view value);
    void check_short_code(std::string_view value);

    void append_name(std::string_view wire_name);

    std::string path_;
    std::string query_;
    encoded_request result_;
};

} // namespace roomport::hathora
