#include "server/rooms/process_index.hpp"

#include <algorithm>

namespace roomport::server {

void process_index::update(std::uint64_t process, const std::string& region, slot free,
                           time_point deadline) {
    auto& before = known_[process];
    if (before.free != free) {
        if (auto* list = list_of(before.free)) {
            list->erase({region, process});
        }
        if (auto* list = list_of(free)) {
            list->emplace(region, process);
        }
    }
    if (before.deadline != deadline) {
        deadlines_.erase({before.deadline, process});
        if (deadline != time_point::max()) {
            deadlines_.emplace(deadline, process);
        }
    }
    before.free = free;
    before.deadline = deadline;
    if (free == slot::none && deadline == time_point::max()) {
        known_.erase(process);
    }
}

std::optional<std::uint64_t> process_index::find_slot(const std::string& region) const {
    const auto running = first_of(running_, region);
    return running ? running : first_of(starting_, region);
}

time_point process_index::next_deadline() const {
    return deadlines_.empty() ? time_point::max() : deadlines_.begin()->first;
}

std::vector<std::uint64_t> process_index::due(time_point now) const {
    std::vector<std::uint64_t> processes;
    for (auto each = deadlines_.begin(); each != deadlines_.end() && each->first <= now; ++each) {
        processes.push_back(each->second);
    }
    std::sort(processes.begin(), processes.end());
    return processes;
}

process_index::slot_list* process_index::list_of(slot which) {
    switch (which) {
    case slot::in_starting:
        return &starting_;
    case slot::in_running:
        return &running_;
    case slot::none:
        break;
    }
    return nullptr;
}

std::optional<std::uint64_t> process_index::first_of(const slot_list& list,
                                                     const std::string& region) {
    const auto first = list.lower_bound({region, 0});
    if (first == list.end() || first->first != region) {
        return std::nullopt;
    }
    return first->second;
}

} // namespace roomport::server
