#pragma once

#include <roomport/clock.hpp>
#include <roomport/wait/observer.hpp>

#include <chrono>
#include <cstddef>
#include <limits>

namespace roomport::hathora {

/// How many rooms can be asked about in one request.
enum class batch_way {
    /// Not at all.
    none,
    /// The room service's extension: exactly these rooms, and the answer may be held.
    endpoint,
    /// The list of running processes: everything there is, so that it pays for many rooms only.
    process_list,
};

/// How a request about many rooms ended, as far as the next one is concerned.
enum class batch_end {
    good,
    /// Its target was longer than the server, or something before it, takes.
    too_long,
    /// The server, or something before it, does not want this now, or its answer can't be used.
    refused,
    /// The server does not know this operation at all.
    not_offered,
    /// The server is in trouble; it may be this very request that it can't serve.
    unavailable,
    /// Says nothing: too many requests, cancelled, a dropped hold.
    unknown,
};

/// Decides how rooms are asked about together, from what answers announced and how requests ended. No I/O.
///
/// What does not work is left alone for a while, longer each time; the rooms are asked about one by one meanwhile.
class batch_choice {
public:
    class settings {
    public:
        settings() = default;
        bool use_endpoint = false;
        bool use_process_list = false;
    };

    /// Ten rooms: below that, polls single rooms at just the right time cost hardly more, and tell sooner.
    static constexpr std::size_t fewest_for_list = 10;

    /// A list that is larger than this for each room asked about moves more bytes than it saves requests.
    static constexpr std::size_t list_bytes_a_room = 4096;

    /// The longest list of ids in a request target; intermediaries commonly take 8 KiB as a whole.
    static constexpr std::size_t longest_id_list = 7000;

    explicit batch_choice(settings with) : settings_(with) {}

    /// What a good answer about rooms announced: the most ids of one request and the longest hold, zero for none.
    void announced(std::size_t most, duration hold);

    /// A room's id: the longest bounds how many fit into a request.
    void saw_id(std::size_t length);

    /// The way for the next request.
    batch_way way(time_point now) const;
    batch_terms terms(time_point now) const;

    /// A request to the endpoint about so many rooms begins.
    void endpoint_begins(std::size_t asked, time_point now);

    /// A request to the endpoint about so many rooms has ended.
    void endpoint_ended(batch_end how, std::size_t asked, time_point now);

    /// A request for the list has ended.
    /// @param found how many of the rooms `asked` about it told of. @param size about its bytes.
    void list_ended(batch_end how, std::size_t asked, std::size_t found, std::size_t size,
                    time_point now);

    /// The list may be tried again: there is another token.
    void allow_list() { list_refusal_.reset(); }

    /// The longest hold that was announced.
    duration hold_limit() const noexcept { return hold_limit_; }

private:
    /// A pause that grows with each failure and ends with the first success.
    class pause {
    public:
        pause(duration first, duration longest) : first_(first), longest_(longest), next_(first) {}
        bool is_over(time_point now) const { return !begun_ || now >= until_; }
        void begin(time_point now);
        void reset();

    private:
        duration first_;
        duration longest_;
        duration next_;
        time_point until_{};
        bool begun_ = false;
    };

    std::size_t most_ids(time_point now) const;

    settings settings_;
    std::size_t announced_ = 0;
    duration hold_limit_{};
    std::size_t longest_id_ = 1;
    /// More ids than this were too long a target; once the pause is over, one request tries more.
    std::size_t most_accepted_ = std::numeric_limits<std::size_t>::max();
    pause growth_pause_{std::chrono::minutes(1), std::chrono::hours(1)};
    unsigned endpoint_failures_ = 0;
    pause endpoint_pause_{std::chrono::minutes(1), std::chrono::hours(1)};
    /// Short: most often the whole server is in trouble, and recovers.
    pause endpoint_trouble_{std::chrono::seconds(5), std::chrono::seconds(20)};
    pause list_refusal_{std::chrono::minutes(1), std::chrono::hours(1)};
    pause list_absence_{std::chrono::hours(1), std::chrono::hours(24)};
    std::size_t fewest_for_list_ = fewest_for_list;
    pause list_pause_{std::chrono::seconds(30), std::chrono::hours(1)};
};

} // namespace roomport::hathora
