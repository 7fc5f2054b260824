#pragma once

#include <roomport/json/model_document.hpp>

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace roomport::json {

inline std::ostream& operator<<(std::ostream& out, const read_error& error) {
    return out << error.code.message() << " [" << error.message() << "]";
}

/// What came of reading a document: the error, or the model written back.
struct reading {
    reading() = default;

    read_error error;
    std::string canonical;

    friend bool operator==(const reading&, const reading&) = default;
    friend std::ostream& operator<<(std::ostream& out, const reading& value) {
        return out << value.error << " " << value.canonical;
    }
};

/// Reads a document whose bytes come in pieces that end at the given positions.
inline reading read_cut_at(std::string_view model, std::string_view text,
                           const std::vector<std::size_t>& cuts,
                           const read_limits& limits = read_limits()) {
    model_document document(model, limits);
    std::size_t begin = 0;
    for (const std::size_t cut : cuts) {
        document.write(text.substr(begin, cut - begin));
        begin = cut;
    }
    document.write(text.substr(begin));
    document.finish();
    reading result;
    result.error = document.error();
    if (!result.error.code) {
        result.canonical = document.to_string();
    }
    return result;
}

inline reading read_whole(std::string_view model, std::string_view text,
                          const read_limits& limits = read_limits()) {
    return read_cut_at(model, text, {}, limits);
}

inline reading read_bytewise(std::string_view model, std::string_view text,
                             const read_limits& limits = read_limits()) {
    std::vector<std::size_t> cuts;
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
        cuts.push_back(cut);
    }
    return read_cut_at(model, text, cuts, limits);
}

} // namespace roomport::json
