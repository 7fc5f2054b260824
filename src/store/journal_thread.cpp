#include "store/journal_thread.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <csignal>
#include <exception>
#include <utility>

namespace roomport::store {

journal_thread::journal_thread(boost::asio::any_io_executor executor, sqlite_journal file)
    : executor_(std::move(executor)), file_(std::move(file)) {
    // Signals are for the thread that waits for them.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { work(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

journal_thread::~journal_thread() {
    {
        const std::lock_guard lock(mutex_);
        is_ending_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void journal_thread::commit(std::vector<allocation::record> records, committed done) {
    {
        const std::lock_guard lock(mutex_);
        job wanted;
        wanted.records = std::move(records);
        wanted.done = std::move(done);
        next_ = std::move(wanted);
    }
    changed_.notify_one();
}

void journal_thread::work() {
    while (true) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return is_ending_ || next_.has_value(); });
        if (!next_) {
            return;
        }
        job current = *std::exchange(next_, std::nullopt);
        lock.unlock();
        std::string problem;
        try {
            file_.commit(current.records);
        } catch (const std::exception& failure) {
            problem = failure.what();
        }
        boost::asio::post(executor_, [done = std::move(current.done), problem = std::move(problem),
                                      is_here = std::weak_ptr<bool>(is_here_)] {
            if (is_here.lock()) {
                done(problem);
            }
        });
    }
}

} // namespace roomport::store
