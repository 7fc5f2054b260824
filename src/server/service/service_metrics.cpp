#include "server/service/service_metrics.hpp"

#include "program/metric_families.hpp"
#include "server/orchestrator/remote_provider.hpp"
#include "server/service/room_service.hpp"

#include <cstdint>
#include <vector>

namespace roomport::server {
namespace {

void add_allocations(program::metric_families& to, const allocation::engine_numbers& numbers) {
    const auto add = [&to](const char* name, const char* help, std::uint64_t value) {
        to.counter(name, help).add(static_cast<double>(value));
    };
    add("roomport_allocation_creates_total", "Servers asked for.", numbers.creates_sent);
    add("roomport_allocation_capacity_refusals_total", "Creates refused because nothing was free.",
        numbers.capacity_refusals);
    add("roomport_allocation_throttled_total", "Requests refused because they came too fast.",
        numbers.throttled);
    add("roomport_allocation_unknown_outcomes_total", "Creates whose outcome was not known.",
        numbers.unknown_outcomes);
    add("roomport_allocation_orphans_told_total",
        "Servers of no room that were left alone, once for each round.", numbers.orphans_told);
    add("roomport_allocation_orphans_stopped_total", "Servers of no room that were stopped.",
        numbers.orphans_stopped);
    add("roomport_journal_failures_total", "Commits of the journal that failed.",
        numbers.journal_failures);
}

} // namespace

std::string service_metrics(const room_service& rooms, const remote_provider* remote) {
    program::metric_families all;
    const auto [active, starting] = rooms.count_rooms();
    auto& by_state =
        all.gauge("roomport_rooms", "Rooms by state; ending: what is left of rooms that are gone.")
            .add(static_cast<double>(active), "state", "active")
            .add(static_cast<double>(starting), "state", "starting");
    if (remote != nullptr) {
        const auto numbers = remote->numbers();
        by_state.add(static_cast<double>(numbers.ending), "state", "ending");
        add_allocations(all, numbers);
    }
    std::vector<prometheus::MetricFamily> families;
    all.move_to(families);
    return program::to_exposition_text(families);
}

} // namespace roomport::server
