#include "wait/cadence/key_group.hpp"

#include <exception>
#include <tuple>
#include <utility>

namespace roomport::wait_detail {

void intrusive_ptr_release(key_group* group) noexcept {
    if (--group->keys_ > 0) {
        return;
    }
    // The policy is the caller's own, and goes last.
    const cadence_pointer policy = std::move(group->policy_);
    const key_group::identity law = group->law_;
    group->table_->groups_.erase(law);
}

key_group_pointer key_group_table::join(const cadence_pointer& policy, std::string_view name,
                                        bool is_age_known, wait_actions& actions) {
    key_group::identity law{policy->policy.get(), 0, is_age_known};
    try {
        law.number = policy->policy->group(name);
    } catch (...) {
        actions.caught(std::current_exception());
    }
    const auto found = groups_.try_emplace(law, *this, law, policy).first;
    return key_group_pointer(&found->second);
}

} // namespace roomport::wait_detail
