#include <roomport/wait/observer.hpp>

#include <stdexcept>

namespace roomport {

batch_terms observer::batch() const {
    return {};
}

duration observer::hold_limit() const {
    return {};
}

void observer::async_observe_many(std::span<const std::string_view> /*keys*/, duration /*hold*/,
                                  time_point /*deadline*/, batch_handler_type /*handler*/) {
    throw std::logic_error("this observer polls one key at a time");
}

} // namespace roomport
