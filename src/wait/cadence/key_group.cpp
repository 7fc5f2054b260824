#include "wait/cadence/key_group.hpp"

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

key_group_pointer key_group_table::join(const cadence_pointer& policy, cadence_group number,
                                        bool is_age_known) {
    const key_group::identity law{policy->policy.get(), number, is_age_known};
    const auto found = groups_.try_emplace(law, *this, law, policy).first;
    return key_group_pointer(&found->second);
}

} // namespace roomport::wait_detail
