// The way of an answer into the client: the same whether its bytes come at once or in pieces.
#include "fuzz.hpp"

#include "http/response_reader.hpp"

#include <algorithm>
#include <string>

namespace {

using roomport::fuzz::require;
using namespace roomport::http;

constexpr std::size_t body_limit = 4096;

std::string read_in_pieces(std::string_view text, std::size_t piece, bool orderly) {
    response answer;
    string_sink body;
    detail::response_reader reader(answer, body, body_limit);
    detail::response_reader::step last;
    std::size_t consumed = 0;
    for (std::size_t begin = 0; begin < text.size() && !last.done && !last.error; begin += piece) {
        const auto part = text.substr(begin, piece);
        last = reader.put(part, {});
        require(last.consumed <= part.size());
        require(last.done || last.error || last.consumed == part.size());
        consumed += last.consumed;
    }
    if (!last.done && !last.error) {
        last.error = reader.finish(orderly);
    }
    require(body.text.size() <= body_limit);
    if (last.error) {
        require(!last.error.message().empty());
        return last.error.message();
    }
    require(answer.status >= 200 && answer.status <= 999);
    std::string log = std::to_string(answer.status) + " " + std::to_string(consumed) +
                      (reader.keep_alive() ? " keep\n" : "\n");
    for (const auto& field : answer.fields) {
        log += field.name + ":" + field.value + "\n";
    }
    return log + body.text;
}

} // namespace

/// The first byte is the size of the pieces, the second how the connection ends, the rest is what arrives.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    roomport::fuzz::input given(data, size);
    const std::size_t piece = 1 + given.number() % 64U;
    const bool orderly = given.number() % 2 == 0;
    const auto whole = read_in_pieces(given.text(), given.text().size() + 1, orderly);
    require(read_in_pieces(given.text(), piece, orderly) == whole);
    return 0;
}
