#pragma once

#include <roomport/wait/observation.hpp>

namespace roomport::wait_detail {

/// The exception being handled, thrown by an observer, as the failed observation that it stands for.
observation describe_exception();

} // namespace roomport::wait_detail
