#pragma once

#include "wait/cadence/shared_cadence.hpp"

#include <roomport/wait/wait_options.hpp>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <array>
#include <memory>
#include <mutex>

namespace roomport::wait_detail {

/// What many waits have in common: their options but for `created_at`. Never changed; waits share it.
class wait_settings : public boost::intrusive_ref_counter<wait_settings> {
public:
    /// @param own the cadence of `given`; null where it names none.
    wait_settings(wait_options given, cadence_pointer own)
        : options(std::move(given)), policy(std::move(own)) {}

    const wait_options options;
    const cadence_pointer policy;
};

using settings_pointer = boost::intrusive_ptr<const wait_settings>;

/// Settings for these options, shared with nobody.
settings_pointer make_settings(wait_options options);

/// Finds settings that a recent wait used for equal options, so that a million alike waits keep them once.
/// Thread-safe.
class settings_cache {
public:
    settings_cache() = default;

    settings_pointer find_or_make(wait_options options);

    /// Forgets the recent ones, and what they hold of their callers.
    void clear();

private:
    std::mutex mutex_;
    std::array<settings_pointer, 4> recent_;
    std::size_t next_ = 0;
};

} // namespace roomport::wait_detail
