#pragma once

#include "wait/cadence/shared_cadence.hpp"

#include <roomport/wait/cadence.hpp>

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <compare>
#include <cstddef>
#include <map>

namespace roomport::wait_detail {

class key_group_table;

/// Keys that follow one law: one group of one policy, and ages that all count from the same kind of event.
///
/// Lives as long as a key belongs to it, or its table ends.
class key_group {
public:
    struct identity {
        const cadence* policy;
        cadence_group number;
        bool is_age_known;

        auto operator<=>(const identity&) const = default;
    };

    key_group(key_group_table& table, const identity& law, cadence_pointer policy)
        : law_(law), policy_(std::move(policy)), table_(&table) {}
    key_group(const key_group&) = delete;
    key_group& operator=(const key_group&) = delete;

    roomport::cadence& policy() const noexcept { return *policy_->policy; }
    cadence_group number() const noexcept { return law_.number; }
    bool is_age_known() const noexcept { return law_.is_age_known; }

    /// How many of its keys are due and wait for a poll.
    std::size_t queued = 0;

private:
    friend void intrusive_ptr_add_ref(key_group* group) noexcept { ++group->keys_; }
    friend void intrusive_ptr_release(key_group* group) noexcept;

    identity law_;
    cadence_pointer policy_;
    key_group_table* table_;
    std::size_t keys_ = 0;
};

using key_group_pointer = boost::intrusive_ptr<key_group>;

/// The groups to which keys belong now.
class key_group_table {
public:
    key_group_table() = default;
    key_group_table(const key_group_table&) = delete;
    key_group_table& operator=(const key_group_table&) = delete;

    /// The group of a key.
    /// @param number what the policy's `group` says of it.
    key_group_pointer join(const cadence_pointer& policy, cadence_group number, bool is_age_known);

private:
    friend void intrusive_ptr_release(key_group* group) noexcept;

    std::map<key_group::identity, key_group> groups_;
};

} // namespace roomport::wait_detail
