#pragma once

#include <functional>

namespace roomport::program {

/// Runs a whole program: its standard descriptors are open, a reader of its output that goes away is found out by the failing
/// write, and what nobody has caught is told on standard error.
/// @param name what stands before that.
/// @return what `run` returns, or the exit status of an internal failure.
int run_program(const char* name, const std::function<int()>& run);

} // namespace roomport::program
