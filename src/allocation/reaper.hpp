#pragma once

#include <roomport/clock.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace roomport::allocation {

/// A server that an orchestrator's list tells of.
class listed_server {
public:
    listed_server() = default;
    std::string key;
    /// The tag of the intent that it was created for; empty when it has none.
    std::string tag;
    /// How old the orchestrator says it is.
    std::optional<duration> age;
};

/// What the journal says, read before the list was asked for.
class journal_view {
public:
    journal_view() = default;
    /// The tags of the generations that have not ended and hold no key yet: whatever carries one may be theirs.
    std::set<std::string> open_tags;
    /// The keys that generations hold which have not ended. Another server with the same tag is not theirs: one request
    /// can have given two.
    std::set<std::string> living_keys;
    /// How long the journal has existed.
    duration age{};
};

/// Decides which servers of an owner nobody knows of any more. No I/O.
///
/// A server is an orphan when no living record names it in two rounds and it is older than the grace. One that is
/// older than the journal itself is only told of: a journal that was lost must not cost the survivors. So is one whose age the
/// orchestrator does not tell and that was there at the first look.
class reaper {
public:
    class settings {
    public:
        settings() = default;
        /// How old an orphan must be: by the orchestrator's word, else since it was first seen.
        duration grace = std::chrono::minutes(5);
        /// The most servers to stop in one round.
        std::size_t most_stops = 10;
        /// Only tell.
        bool dry_run = true;
    };

    class round {
    public:
        round() = default;
        /// To be stopped, the oldest first.
        std::vector<std::string> stops;
        /// Orphans that are left alone, for what @ref settings say or because they are older than the journal.
        std::vector<std::string> told;
    };

    explicit reaper(settings with) : settings_(with) {}

    /// Judges a complete list of the servers that carry the owner's tag.
    round judge(const journal_view& journal, const std::vector<listed_server>& listed,
                time_point now);

private:
    settings settings_;
    class sighting {
    public:
        time_point when{};
        bool was_there_at_first = false;
    };

    /// When each server that no record names was first seen.
    std::map<std::string, sighting> first_seen_;
    bool is_first_round_ = true;
};

} // namespace roomport::allocation
