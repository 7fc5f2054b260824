#pragma once

#include "allocation/journal.hpp"
#include "store/sqlite_database.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <vector>

namespace roomport::store {

/// The journal's file. Blocks; used by one thread at a time. What fails throws `store_error`.
class sqlite_journal {
public:
    /// Ended generations are forgotten after this time.
    static constexpr std::chrono::hours ended_kept{1};

    /// Opens the file, or makes it; checks all of it. A file of a newer schema is refused.
    explicit sqlite_journal(const std::filesystem::path& file);

    allocation::journal_content load();

    /// Commits records together: once it has returned they last, whatever happens to this process or to the machine. When it
    /// throws, none of them does, and it may be called again.
    void commit(const std::vector<allocation::record>& records);

private:
    void forget_ended();

    // Statements point at it, so it stays where it is.
    std::unique_ptr<sqlite_database> database_;
    sqlite_statement write_;
    std::chrono::steady_clock::time_point next_forget_{};
};

} // namespace roomport::store
