#pragma once

#include <cstdint>

namespace roomport::wait_detail {

/// Which of the polls that are due begins first; the least rank does. Eight bytes: a million may be due.
struct poll_rank {
    enum kind : std::uint32_t {
        /// Others went ahead too often.
        overdue,
        /// The last poll before a deadline: the nearest deadline first.
        last_poll,
        /// The one that is expected to tell most.
        by_worth,
    };

    /// Counts polls begun, and begins anew at 2³⁰.
    static constexpr std::uint32_t count_mask = (1U << 30U) - 1;

    poll_rank(kind reason, float more_first, std::uint32_t begun) noexcept
        : worth(more_first), begun_before(begun & count_mask), what(reason & 3U) {}

    /// More comes first among those of one kind.
    float worth;
    /// How many had begun when this one came.
    std::uint32_t begun_before : 30;
    std::uint32_t what : 2;

    /// How many have begun since this one came, with `begun` by now.
    std::uint32_t overtaken(std::uint32_t begun) const noexcept {
        return (begun - begun_before) & count_mask;
    }

    friend bool operator<(const poll_rank& left, const poll_rank& right) noexcept {
        return left.what != right.what ? left.what < right.what : left.worth > right.worth;
    }
};

static_assert(sizeof(poll_rank) == 8);

} // namespace roomport::wait_detail
