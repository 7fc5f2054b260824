#pragma once

#include "common/handler_memory.hpp"

namespace roomport::httpd {

/// For what a program around a server waits for again and again, and must not miss when memory runs out: its timers and
/// signals.
using detail::handler_allocator;
using detail::handler_memory;

} // namespace roomport::httpd
