#pragma once

#include <string_view>

namespace roomport::poller {

/// Whether a `Host` field can't be the name of a page elsewhere that was made to lead to this machine: an IP address,
/// localhost or a name below it, or a name without a dot, which nobody can register. So is an empty one.
bool is_local_host(std::string_view host);

} // namespace roomport::poller
