#include "wait/history/word_table.hpp"

namespace roomport::wait_detail {
namespace {

constexpr std::size_t most_words = 32;
constexpr std::size_t longest_word = 64;

} // namespace

std::optional<word_table::number> word_table::find_or_add(std::string_view word) {
    for (std::size_t index = 0; index < words_.size(); ++index) {
        if (words_[index] == word) {
            return static_cast<number>(index);
        }
    }
    if (words_.size() == most_words || word.size() > longest_word) {
        return std::nullopt;
    }
    words_.emplace_back(word);
    return static_cast<number>(words_.size() - 1);
}

} // namespace roomport::wait_detail
