#pragma once

#include <roomport/clock.hpp>

#include <chrono>
#include <optional>

namespace roomport {

/// When to ask again for the end of a room that nobody will use.
class cleanup_schedule {
public:
    /// How long it is tried.
    static constexpr std::chrono::seconds longest{5};

    /// @param creation_unknown the room may appear only after this: "no such room" is asked again for a while.
    cleanup_schedule(time_point began, bool creation_unknown)
        : began_(began), creation_unknown_(creation_unknown) {}

    /// The moment by which the last answer must have come.
    time_point deadline() const { return began_ + longest; }

    /// Whether "no such room" is now the end of it.
    bool believes_gone(time_point now) const;

    /// The next attempt after one that failed, or after a "no such room" that is not believed yet.
    /// @param pause      the backoff's.
    /// @param not_before the server's wish.
    /// @return nothing: no attempt is left.
    std::optional<time_point> next(time_point now, duration pause, bool is_gone,
                                   std::optional<time_point> not_before) const;

private:
    time_point began_;
    bool creation_unknown_;
};

} // namespace roomport
