#pragma once

namespace roomport::program {

/// Opens those standard descriptors that were closed, which the next socket would take. What is written to a closed output
/// fails.
void occupy_standard_descriptors();

} // namespace roomport::program
