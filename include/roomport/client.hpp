#pragma once

/// @file
/// Everything for waiting for rooms: the client with its options and results.

#include <roomport/client/client.hpp>
