#pragma once

#include "allocation/journal.hpp"
#include "store/sqlite_journal.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace roomport::store {

/// The journal in a file, written by a thread of its own, so that no event loop waits for a disk.
class journal_thread final : public allocation::journal {
public:
    /// @param executor where `done` is called.
    journal_thread(boost::asio::any_io_executor executor, sqlite_journal file);

    /// Waits for a commit that is under way.
    ~journal_thread() override;

    void commit(std::vector<allocation::record> records, committed done) override;

private:
    class job {
    public:
        job() = default;
        std::vector<allocation::record> records;
        committed done;
    };

    void work();

    boost::asio::any_io_executor executor_;
    sqlite_journal file_;
    /// Empty once this object is gone: what comes back later finds nobody.
    std::shared_ptr<bool> is_here_ = std::make_shared<bool>(true);
    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<job> next_;
    bool is_ending_ = false;
    std::thread thread_;
};

} // namespace roomport::store
