#include "fuzz.hpp"

#include <roomport/json/model_document.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using roomport::fuzz::require;

struct outcome {
    outcome() = default;

    roomport::json::read_error error;
    std::string canonical;

    friend bool operator==(const outcome&, const outcome&) = default;
};

outcome read_in_pieces(std::string_view model, std::string_view text, std::size_t piece) {
    roomport::json::model_document document(model);
    for (std::size_t begin = 0; begin < text.size(); begin += piece) {
        document.write(text.substr(begin, piece));
    }
    document.finish();
    outcome result;
    result.error = document.error();
    if (!result.error.code) {
        result.canonical = document.to_string();
    }
    return result;
}

} // namespace

/// The first byte chooses the model, the second the size of the pieces, the rest is the document.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    const auto models = roomport::json::model_names();
    const std::string_view model = models[data[0] % models.size()];
    const std::size_t piece = std::size_t{1} + data[1] % 64U;
    const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);

    const outcome whole = read_in_pieces(model, text, size);
    require(read_in_pieces(model, text, piece) == whole);
    require(whole.error.offset <= text.size());
    if (!whole.error.code) {
        require(read_in_pieces(model, whole.canonical, size) == whole);
    }
    return 0;
}
