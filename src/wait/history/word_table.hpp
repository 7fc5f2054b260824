#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomport::wait_detail {

/// The few words that a server uses for a status, each kept once for all keys.
class word_table {
public:
    using number = std::uint8_t;

    /// The number of the empty word.
    static constexpr number no_word = std::numeric_limits<number>::max();

    word_table() = default;

    /// The number of a word; nothing for one that is too long or comes after the table is full.
    std::optional<number> find_or_add(std::string_view word);

    /// The word of a number that @ref find_or_add gave; valid until the next word is added. Empty for @ref no_word.
    std::string_view operator[](number which) const noexcept {
        return which == no_word ? std::string_view() : words_[which];
    }

private:
    std::vector<std::string> words_;
};

} // namespace roomport::wait_detail
