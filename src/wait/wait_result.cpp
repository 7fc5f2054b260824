#include <roomport/wait/wait_result.hpp>

#include <utility>

namespace roomport {

wait_error::wait_error(error_code ec, wait_evidence evidence)
    : boost::system::system_error(ec, evidence.last_message.empty()
                                          ? "the wait ended without a port"
                                          : evidence.last_message),
      evidence_(std::move(evidence)) {}

} // namespace roomport
