#pragma once

#include <cstddef>
#include <cstdint>

namespace roomport::json {

/// What a reader accepts. What lies beyond is an error, so a hostile document costs bounded memory.
class read_limits {
public:
    /// The defaults fit all models of the API.
    read_limits() = default;

    /// How many objects and arrays may be open at once, those of skipped members included. More is
    /// `error::not_json`. Default 32; 0 allows no object or array at all.
    std::size_t nesting = 32;

    /// How many bytes of UTF-8 a text that is kept may have. More is `error::value_too_large`.
    /// Skipped texts are not limited. Default 1 MiB.
    std::size_t text_bytes = std::size_t{1} << 20U;

    /// How many elements a list that is kept may have. More is `error::value_too_large`. Default
    /// 100,000.
    std::size_t list_elements = 100'000;

    /// How many bytes a document may have. More is `error::value_too_large`. Default 16 MiB.
    std::uint64_t document_bytes = std::uint64_t{16} << 20U;
};

} // namespace roomport::json
