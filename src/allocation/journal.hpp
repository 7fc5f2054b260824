#pragma once

#include "allocation/record.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace roomport::allocation {

/// What the journal holds when a process begins.
class journal_content {
public:
    journal_content() = default;
    /// The newest record of each generation; of ended ones at least those of the last hour.
    std::vector<record> records;
    /// When the journal was made, by the wall clock.
    std::chrono::system_clock::time_point made_at;
};

/// Where records last: the seam to the store. One thread calls; nothing is called from within a call.
class journal {
public:
    /// @param problem why nothing of it lasts, for a human; empty: all of it does.
    using committed = std::function<void(const std::string& problem)>;

    journal() = default;
    journal(const journal&) = delete;
    journal& operator=(const journal&) = delete;
    virtual ~journal() = default;

    /// Commits records together, all or none. To be called again only after `done`, which is called on the caller's thread
    /// once it is known whether they last; not at all when the journal is destroyed first.
    virtual void commit(std::vector<record> records, committed done) = 0;
};

} // namespace roomport::allocation
