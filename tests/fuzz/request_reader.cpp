// The way of a request into both servers: the same whether its bytes come at once or in pieces.
#include "fuzz.hpp"

#include "httpd/request_reader.hpp"

#include <string>

namespace {

using roomport::fuzz::require;
using roomport::httpd::request;
using roomport::httpd::request_reader;

void note(const request& seen, std::string& log) {
    log += seen.method + " ";
    for (const auto& segment : seen.path) {
        log += "/" + segment;
    }
    for (const auto& parameter : seen.query) {
        log += "?" + parameter.name + "=" + parameter.value;
    }
    for (const auto& field : seen.fields) {
        log += "\n" + field.name + ":" + field.value;
    }
    log += "\n\n" + seen.body + "\n";
}

/// All requests that are read, up to the first failure.
std::string read_in_pieces(std::string_view text, std::size_t piece, std::size_t most_body) {
    roomport::httpd::request_limits limits;
    limits.head = 2048;
    limits.body = 4096;
    request_reader reader(limits);
    std::string log;
    std::string kept;
    for (std::size_t begin = 0; begin < text.size(); begin += piece) {
        kept += text.substr(begin, piece);
        auto status = request_reader::status::complete;
        while (status == request_reader::status::complete && !kept.empty()) {
            std::size_t consumed = 0;
            status = reader.put(kept, consumed);
            require(consumed <= kept.size());
            kept.erase(0, consumed);
            require(reader.kept_bytes() <= 2 * (limits.head + limits.body) + 64);
            if (status == request_reader::status::incomplete && reader.head() != nullptr) {
                status = reader.limit_body(most_body);
            }
            if (status == request_reader::status::complete) {
                note(reader.take(), log);
            }
        }
        if (status == request_reader::status::failed) {
            require(reader.failure().status >= 400 && reader.failure().status < 600);
            require(!reader.failure().why.empty());
            // What can't become a request any more may be found out later when its bytes come one by one.
            return log;
        }
    }
    return log;
}

} // namespace

/// The first byte is the size of the pieces, the rest is what arrives.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    roomport::fuzz::input given(data, size);
    const std::size_t piece = 1 + given.number() % 64U;
    // What is above its limits may be found out earlier or later.
    if (given.text().size() < 2048) {
        const auto whole = read_in_pieces(given.text(), given.text().size() + 1, 4096);
        require(read_in_pieces(given.text(), piece, 4096) == whole);
    }
    read_in_pieces(given.text(), 64 * piece, 100);
    return 0;
}
