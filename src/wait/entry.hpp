#pragma once

#include "wait/schedule_heap.hpp"
#include "wait/waiter.hpp"

#include <roomport/wait/cadence.hpp>
#include <roomport/wait/observation.hpp>

#include <boost/intrusive/list_hook.hpp>
#include <boost/intrusive/set.hpp>

#include <memory>
#include <optional>
#include <string>

namespace roomport::wait_detail {

/// Decides whether a key's next look may ask for a held answer: holds that were dropped or not honoured are
/// followed by ever more ordinary looks before the next try.
class hold_trust {
public:
    hold_trust() = default;

    bool may_hold() const noexcept { return ordinary_first_ == 0; }

    /// The server held an answer as asked.
    void kept() noexcept { strikes_ = 0; }

    /// A hold ended early without news.
    void broken() noexcept;

    /// An ordinary look was answered well.
    void ordinary_answer() noexcept;

private:
    unsigned char strikes_ = 0;
    unsigned char ordinary_first_ = 0;
};

class queue_tag;
class candidate_tag;
using queue_hook = boost::intrusive::list_base_hook<boost::intrusive::tag<queue_tag>>;
using candidate_hook = boost::intrusive::set_base_hook<boost::intrusive::tag<candidate_tag>,
                                                       boost::intrusive::optimize_size<true>>;

/// One key with all who wait for it and the one stream of looks that serves them.
class entry : public schedule_hook, public queue_hook, public candidate_hook {
public:
    using waiter_set =
        boost::intrusive::multiset<waiter, boost::intrusive::key_of_value<by_deadline>,
                                   boost::intrusive::constant_time_size<false>>;

    /// @param policy when to look; not null.
    entry(std::string_view key, std::shared_ptr<cadence> policy, time_point now);
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;
    ~entry() { waiters.clear(); }

    void join(waiter& wait);
    void leave(waiter& wait);

    bool is_queued() const noexcept { return queue_hook::is_linked(); }
    bool is_candidate() const noexcept { return candidate_hook::is_linked(); }

    time_point nearest_deadline() const noexcept { return waiters.begin()->deadline(); }
    time_point latest_deadline() const noexcept { return waiters.rbegin()->deadline(); }

    /// The nearest deadline whose last look is still to come.
    std::optional<time_point> nearest_uncovered() const;

    /// Takes all deadlines up to `deadline` as served by a look.
    void cover(time_point deadline) noexcept;

    /// The cadence's pause after a look that took `last_look`.
    duration pause(duration last_look, time_point now, std::uint64_t random,
                   wait_actions& actions) const;

    const std::string key;
    waiter_set waiters;
    std::unique_ptr<observation> last;

    /// The longest attempt that one of those who joined allows.
    duration request_timeout{};
    /// When cadence or backoff want the next ordinary look.
    time_point next_look;
    /// Good answers so far.
    unsigned looks = 0;
    /// Failed answers in a row.
    unsigned failures = 0;
    hold_trust trust;
    /// The ordinary and the held look under way.
    std::optional<look_id> ordinary;
    std::optional<look_id> held;
    /// The nearest deadline at the time when the entry became a candidate for a hold.
    time_point candidate_rank;

private:
    std::shared_ptr<cadence> policy_;
    time_point created_;
    time_point covered_ = time_point::min();
};

/// Orders candidates for a hold: nearest deadline first.
struct by_candidate_rank {
    using type = time_point;
    time_point operator()(const entry& one) const noexcept { return one.candidate_rank; }
};

} // namespace roomport::wait_detail
