#pragma once

#include <roomport/error.hpp>
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

    http::request request;
    /// Set when an argument is outside its range; nothing may be sent then.
    error_code error;
    /// Which argument, and what it must be.
    std::string message;
};

/// Puts a request of an operation together from named values.
class request_builder {
public:
    /// @param app_id fills the placeholder `{appId}`.
    request_builder(const operation_description& what, std::string_view app_id);

    /// Fills the placeholder of that name, or adds a query parameter where the path has none.
    void parameter(std::string_view wire_name, std::string_view value);

    /// Adds a query parameter with ids, separated by commas. There must be one at least.
    void id_list(std::string_view wire_name, const std::vector<std::string>& ids);

    /// Sets the player's token.
    void token(const secret& player_token);

    /// Sets the JSON body.
    void body(std::string json);

    /// Marks the request as refused; the first refusal stays.
    void refuse(std::string message);

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
