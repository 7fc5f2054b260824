#pragma once

#include "sim/start_law.hpp"

#include <roomport/wait/cadence.hpp>

#include <memory>

namespace roomport::sim {

/// What the learned cadence would be if it had nothing left to learn: it plans and ranks by the law itself. Whoever
/// compares the two learns what learning costs. For ages that are known.
std::shared_ptr<cadence> informed_cadence(const start_law& law);

} // namespace roomport::sim
