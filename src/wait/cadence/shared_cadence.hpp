#pragma once

#include <roomport/wait/cadence.hpp>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <memory>
#include <utility>

namespace roomport::wait_detail {

/// A cadence with the one count of all keys that follow it.
class shared_cadence : public boost::intrusive_ref_counter<shared_cadence> {
public:
    explicit shared_cadence(std::shared_ptr<cadence> one) : policy(std::move(one)) {}

    const std::shared_ptr<cadence> policy;
};

using cadence_pointer = boost::intrusive_ptr<shared_cadence>;

} // namespace roomport::wait_detail
