#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace roomport::hathora {

/// The most bytes that one character of a token takes in the forms that @ref redact knows.
constexpr std::size_t longest_character_form = 6;

/// A text with "[token]" for every occurrence of `token`, be it as it is or as a server may write it when it echoes a
/// request: with characters escaped for JSON, a URL or HTML. An empty token is found nowhere. A token that could be a word
/// of an ordinary sentence (at most ten letters, small but for the first) is replaced only where a credential may stand: as
/// the whole text, in quotation marks, as a value, or behind a word like "token" or "Bearer".
std::string redact(std::string_view text, std::string_view token);

/// A text that was cut somewhere, without the beginning of `token` that it may end with, in any of those forms.
std::string_view without_begun_token(std::string_view text, std::string_view token);

} // namespace roomport::hathora
