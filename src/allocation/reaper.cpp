#include "allocation/reaper.hpp"

#include <algorithm>
#include <utility>

namespace roomport::allocation {

reaper::round reaper::judge(const journal_view& journal, const std::vector<listed_server>& listed,
                            time_point now) {
    std::map<std::string, sighting> seen;
    std::vector<std::pair<duration, std::string>> orphans;
    round result;
    for (const listed_server& server : listed) {
        if (journal.living_keys.contains(server.key) || journal.open_tags.contains(server.tag)) {
            continue;
        }
        const auto before = first_seen_.find(server.key);
        sighting first;
        first.when = now;
        first.was_there_at_first = is_first_round_;
        if (before != first_seen_.end()) {
            first = before->second;
        }
        seen.emplace(server.key, first);
        const duration age = server.age.value_or(now - first.when);
        // The age of a server that stood ready for long says nothing about since when it is somebody's: one whose create was
        // sent after the journal was read is named by a record in the next round.
        const bool is_first_sight = before == first_seen_.end();
        if (age < settings_.grace || is_first_sight) {
            continue;
        }
        // How old one is that was there before anybody looked, nobody knows.
        const bool may_be_older = !server.age && first.was_there_at_first;
        if (settings_.dry_run || may_be_older || age > journal.age) {
            result.told.push_back(server.key);
        } else {
            orphans.emplace_back(age, server.key);
        }
    }
    first_seen_ = std::move(seen);
    is_first_round_ = false;
    std::sort(orphans.begin(), orphans.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    for (auto& [age, key] : orphans) {
        (result.stops.size() < settings_.most_stops ? result.stops : result.told)
            .push_back(std::move(key));
    }
    return result;
}

} // namespace roomport::allocation
