#include "hathora/batch_observation.hpp"

#include "common/never_sent.hpp"
#include "hathora/observe.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace roomport::hathora {
namespace {

constexpr std::size_t largest_sensible_batch = 10'000;

constexpr int not_found = 404;
constexpr int method_not_allowed = 405;
constexpr int gone = 410;
constexpr int content_too_large = 413;
constexpr int uri_too_long = 414;
constexpr int too_many_requests = 429;
constexpr int header_fields_too_large = 431;
constexpr int not_implemented = 501;

using place_table = std::unordered_map<std::string_view, std::size_t>;

place_table places_of(const std::vector<std::string>& asked) {
    place_table places;
    places.reserve(asked.size());
    for (std::size_t index = 0; index < asked.size(); ++index) {
        places.emplace(asked[index], index);
    }
    return places;
}

observation gone_observation() {
    observation seen;
    seen.state = observed_state::gone;
    seen.error = make_http_status_error(not_found);
    seen.http_status = not_found;
    seen.message = "the room is not among those that the server knows";
    return seen;
}

bool is_on_its_way_out(const process& owner) {
    return owner.stopping_at || owner.terminated_at || owner.draining;
}

// In the words of GetConnectionInfo, so that all evidence of one room speaks one language.
std::optional<observation> observe_room(const process_with_rooms& owner,
                                        const room_without_allocations& room) {
    if (is_on_its_way_out(owner) || room.status == room_status::destroyed) {
        return std::nullopt;
    }
    connection_info_v2 document;
    document.room_id = room.room_id;
    document.status = room_ready_status::starting;
    const bool has_started = owner.started_at && room.status == room_status::active;
    if (has_started) {
        if (!owner.exposed_port || !is_usable(*owner.exposed_port)) {
            return std::nullopt;
        }
        document.status = room_ready_status::active;
        document.exposed_port = *owner.exposed_port;
        document.additional_exposed_ports = owner.additional_exposed_ports;
    }
    auto seen = observe_document(room.room_id, std::move(document));
    if (has_started && room.current_allocation) {
        // A process that ran before it was given the room was ready for it at once.
        seen.start_time = std::max<duration>(
            *owner.started_at - room.current_allocation->scheduled_at, duration::zero());
    }
    return seen;
}

} // namespace

std::optional<std::vector<std::optional<observation>>>
observe_rooms(const std::vector<std::string>& asked, std::vector<connection_info_v2> known) {
    const auto places = places_of(asked);
    std::vector<std::optional<observation>> seen(asked.size());
    for (auto& each : known) {
        const auto found = places.find(each.room_id);
        if (found == places.end() || seen[found->second]) {
            return std::nullopt;
        }
        seen[found->second] = observe_document(found->first, std::move(each));
    }
    for (auto& each : seen) {
        if (!each) {
            each = gone_observation();
        }
    }
    return seen;
}

std::vector<std::optional<observation>>
observe_processes(const std::vector<std::string>& asked,
                  const std::vector<process_with_rooms>& processes) {
    const auto places = places_of(asked);
    std::vector<std::optional<observation>> seen(asked.size());
    for (const auto& owner : processes) {
        for (const auto& room : owner.rooms) {
            const auto found = places.find(room.room_id);
            if (found == places.end()) {
                continue;
            }
            auto now = observe_room(owner, room);
            auto& before = seen[found->second];
            // A room that moves may stand with two processes; where it is ready counts.
            if (now && (!before || now->state == observed_state::ready)) {
                before = std::move(now);
            }
        }
    }
    return seen;
}

std::size_t approximate_size(const std::vector<process_with_rooms>& processes) {
    constexpr std::size_t bytes_a_process = 850;
    constexpr std::size_t bytes_a_room = 300;
    std::size_t size = processes.size() * bytes_a_process;
    for (const auto& each : processes) {
        size += each.rooms.size() * bytes_a_room;
    }
    return size;
}

batch_end classify_batch_end(error_code ec, int http_status, bool held) {
    if (!ec) {
        return batch_end::good;
    }
    const bool is_dropped_hold = held && (ec == errc::closed || ec == errc::timeout);
    const bool says_nothing = ec == errc::tls || roomport::detail::was_never_sent(ec);
    if (http_status == too_many_requests || ec == errc::cancelled || is_dropped_hold ||
        says_nothing) {
        return batch_end::unknown;
    }
    if (ec == errc::server_unavailable) {
        return batch_end::unavailable;
    }
    const bool is_too_long = http_status == content_too_large || http_status == uri_too_long ||
                             http_status == header_fields_too_large;
    if (is_too_long) {
        return batch_end::too_long;
    }
    const bool is_unknown = http_status == not_found || http_status == method_not_allowed ||
                            http_status == gone || http_status == not_implemented;
    return is_unknown ? batch_end::not_offered : batch_end::refused;
}

std::size_t announced_batch(const http::response& answer) {
    const auto value = answer.find("Roomport-Batch");
    if (!value) {
        return 0;
    }
    std::size_t most = 0;
    const auto* end = value->data() + value->size();
    const auto [stop, ec] = std::from_chars(value->data(), end, most);
    if (ec != std::errc() || stop != end || most < 2) {
        return 0;
    }
    return std::min(most, largest_sensible_batch);
}

} // namespace roomport::hathora
