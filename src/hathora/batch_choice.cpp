#include "hathora/batch_choice.hpp"

#include "common/time_arithmetic.hpp"

#include <algorithm>

namespace roomport::hathora {
namespace {

// More rooms in one poll than anybody has; the list itself knows no bound.
constexpr std::size_t most_for_list = 100'000;

constexpr unsigned failures_that_tell = 3;

} // namespace

void batch_choice::pause::begin(time_point now) {
    // Requests that were under way when it began tell nothing new.
    if (!is_over(now)) {
        return;
    }
    begun_ = true;
    until_ = later(now, next_);
    next_ = std::min(next_ * 2, longest_);
}

void batch_choice::pause::reset() {
    begun_ = false;
    next_ = first_;
}

void batch_choice::announced(std::size_t most, duration hold) {
    announced_ = most;
    hold_limit_ = hold;
}

void batch_choice::saw_id(std::size_t length) {
    longest_id_ = std::max(longest_id_, length);
}

std::size_t batch_choice::most_ids(time_point now) const {
    std::size_t accepted = most_accepted_;
    // Half as many again: the greatest number that is taken is then found with few requests that are not.
    if (growth_pause_.is_over(now) && accepted < announced_) {
        accepted += accepted / 2 + 1;
    }
    return std::min({announced_, accepted, longest_id_list / (longest_id_ + 1)});
}

batch_way batch_choice::way(time_point now) const {
    if (settings_.use_endpoint && most_ids(now) >= 2 && endpoint_pause_.is_over(now) &&
        endpoint_trouble_.is_over(now)) {
        return batch_way::endpoint;
    }
    if (settings_.use_process_list && list_pause_.is_over(now) && list_refusal_.is_over(now) &&
        list_absence_.is_over(now)) {
        return batch_way::process_list;
    }
    return batch_way::none;
}

batch_terms batch_choice::terms(time_point now) const {
    batch_terms terms;
    switch (way(now)) {
    case batch_way::endpoint:
        terms.most = most_ids(now);
        terms.hold_limit = hold_limit_;
        break;
    case batch_way::process_list:
        terms.least = fewest_for_list_;
        terms.most = std::max(most_for_list, fewest_for_list_);
        break;
    case batch_way::none:
        break;
    }
    return terms;
}

void batch_choice::endpoint_begins(std::size_t asked, time_point now) {
    // Others keep to what is known to be accepted until this one has been.
    if (asked > most_accepted_) {
        growth_pause_.begin(now);
    }
}

void batch_choice::endpoint_ended(batch_end how, std::size_t asked, time_point now) {
    switch (how) {
    case batch_end::good:
        endpoint_failures_ = 0;
        endpoint_pause_.reset();
        endpoint_trouble_.reset();
        if (asked > most_accepted_) {
            most_accepted_ = asked;
            growth_pause_.reset();
        }
        return;
    case batch_end::too_long:
        // A try for more leaves what was accepted before.
        if (asked <= most_accepted_) {
            most_accepted_ = asked / 2;
        }
        growth_pause_.begin(now);
        return;
    case batch_end::refused:
    case batch_end::not_offered:
        endpoint_pause_.begin(now);
        return;
    case batch_end::unavailable:
        if (++endpoint_failures_ == failures_that_tell) {
            endpoint_failures_ = 0;
            endpoint_trouble_.begin(now);
        }
        return;
    case batch_end::unknown:
        return;
    }
}

void batch_choice::list_ended(batch_end how, std::size_t asked, std::size_t found, std::size_t size,
                              time_point now) {
    switch (how) {
    case batch_end::good:
        list_refusal_.reset();
        list_absence_.reset();
        fewest_for_list_ = std::max(fewest_for_list, size / list_bytes_a_room);
        // Rooms that it does not tell of are asked about once more, one by one: then it saves nothing.
        if (found * 2 < asked) {
            list_pause_.begin(now);
        } else {
            list_pause_.reset();
        }
        return;
    case batch_end::too_long:
    case batch_end::refused:
        list_refusal_.begin(now);
        return;
    case batch_end::not_offered:
        list_absence_.begin(now);
        return;
    case batch_end::unavailable:
        list_pause_.begin(now);
        return;
    case batch_end::unknown:
        return;
    }
}

} // namespace roomport::hathora
