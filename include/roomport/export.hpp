#pragma once

/// @file
/// Marks what the shared build of the library makes visible. Everything else is hidden.

#if defined(ROOMPORT_SHARED)
#define ROOMPORT_EXPORT __attribute__((visibility("default")))
#else
#define ROOMPORT_EXPORT
#endif
