#pragma once

#include <roomport/wait/observation.hpp>

#include <exception>

namespace roomport::wait_detail {

/// What an observer threw, as the failed observation that it stands for. Without memory for its words, they are lost.
observation describe(const std::exception_ptr& thrown) noexcept;

} // namespace roomport::wait_detail
