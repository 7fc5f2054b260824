// The operations on processes.
#include "server/api/api_call.hpp"
#include "server/api/api_handlers.hpp"
#include "server/api/request_checks.hpp"

#include <roomport/hathora/operations.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace roomport::server {
namespace {

template <class Value, class Wanted>
bool is_any_of(const Value& value, const std::vector<Wanted>& wanted) {
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

bool passes(const process_record& process, const process_filter& filter) {
    return is_any_of(process.status, filter.status) && is_any_of(process.region, filter.regions) &&
           (!filter.before || process.created_at < *filter.before);
}

bool has_region(const process_record& process, const std::optional<region>& wanted) {
    return !wanted || process.region == *wanted;
}

const process_record* find_process(api_call& current) {
    const auto* process = current.api.registry.find_process(current.process_id());
    if (process == nullptr) {
        current.no_such_process();
    }
    return process;
}

void get_active_rooms(api_call& current) {
    const auto* process = find_process(current);
    if (process == nullptr) {
        return;
    }
    std::vector<room_without_allocations> rooms;
    for (const auto& room_id : process->rooms) {
        rooms.push_back(current.api.views.room_in_list(*current.api.registry.find_room(room_id)));
    }
    current.succeed(rooms);
}

void get_inactive_rooms(api_call& current) {
    const auto* process = find_process(current);
    if (process == nullptr) {
        return;
    }
    std::vector<room_without_allocations> rooms;
    for (const auto& room : process->past_rooms) {
        rooms.push_back(current.api.views.room_in_list(room));
    }
    current.succeed(rooms);
}

void get_running_processes(api_call& current) {
    const auto wanted = check_region_filter(current.received);
    if (wanted.has_error()) {
        current.responder->send(wanted.error());
        return;
    }
    std::vector<process_with_rooms> processes;
    for (const auto* process : current.api.registry.processes()) {
        if (!process->has_ended() && has_region(*process, *wanted)) {
            processes.push_back(current.api.views.running_process(*process));
        }
    }
    current.succeed(processes);
}

void get_stopped_processes(api_call& current) {
    const auto wanted = check_region_filter(current.received);
    if (wanted.has_error()) {
        current.responder->send(wanted.error());
        return;
    }
    std::vector<process> processes;
    for (const auto* process : current.api.registry.processes()) {
        if (process->has_ended() && has_region(*process, *wanted)) {
            processes.push_back(current.api.views.process_v1(*process));
        }
    }
    current.succeed(processes);
}

void get_process_info(api_call& current) {
    if (const auto* process = find_process(current)) {
        current.succeed(current.api.views.process_v1(*process));
    }
}

std::optional<std::vector<const process_record*>> find_latest_processes(api_call& current) {
    constexpr std::size_t most = 10;
    const auto filter = check_process_filter(current.received);
    if (filter.has_error()) {
        current.responder->send(filter.error());
        return std::nullopt;
    }
    auto all = current.api.registry.processes();
    std::reverse(all.begin(), all.end());
    std::vector<const process_record*> latest;
    for (const auto* process : all) {
        if (latest.size() < most && passes(*process, *filter)) {
            latest.push_back(process);
        }
    }
    return latest;
}

void get_latest_processes(api_call& current) {
    if (const auto latest = find_latest_processes(current)) {
        std::vector<process_v3> processes;
        for (const auto* process : *latest) {
            processes.push_back(current.api.views.process_v3(*process));
        }
        current.succeed(processes);
    }
}

void get_latest_processes_v2(api_call& current) {
    if (const auto latest = find_latest_processes(current)) {
        std::vector<process_v2> processes;
        for (const auto* process : *latest) {
            processes.push_back(current.api.views.process_v2(*process));
        }
        current.succeed(processes);
    }
}

void get_processes_count(api_call& current) {
    const auto filter = check_process_filter(current.received);
    if (filter.has_error()) {
        current.responder->send(filter.error());
        return;
    }
    const auto all = current.api.registry.processes();
    processes_count count;
    count.count = static_cast<double>(
        std::count_if(all.begin(), all.end(),
                      [&](const process_record* process) { return passes(*process, *filter); }));
    current.succeed(count);
}

const process_record* make_process(api_call& current) {
    if (current.refuse_without_descriptors()) {
        return nullptr;
    }
    const auto where = check_region(current.path.get("region"));
    if (where.has_error()) {
        current.responder->send(where.error());
        return nullptr;
    }
    const auto created = current.api.registry.create_process(now(), *where);
    if (created.has_error()) {
        current.fail(created.error().status, created.error().message);
        return nullptr;
    }
    return current.api.registry.find_process(*created);
}

void create_process(api_call& current) {
    if (const auto* process = make_process(current)) {
        current.succeed(current.api.views.process_v3(*process));
    }
}

void create_process_v2(api_call& current) {
    if (const auto* process = make_process(current)) {
        current.succeed(current.api.views.process_v2(*process));
    }
}

void get_process(api_call& current) {
    if (const auto* process = find_process(current)) {
        current.succeed(current.api.views.process_v3(*process));
    }
}

void get_process_v2(api_call& current) {
    if (const auto* process = find_process(current)) {
        current.succeed(current.api.views.process_v2(*process));
    }
}

void stop_process(api_call& current) {
    if (!current.api.registry.stop_process(now(), current.process_id())) {
        current.no_such_process();
        return;
    }
    current.succeed();
}

void get_ping_endpoints(api_call& current) {
    std::vector<ping_endpoints> endpoints;
    for (const auto name : wire_texts(region{})) {
        auto& endpoint = endpoints.emplace_back();
        endpoint.region = open_enum<region>(name);
        endpoint.host = current.api.settings.advertised_host;
        endpoint.port = current.api.settings.port;
    }
    current.succeed(endpoints);
}

} // namespace

std::span<const api_handler> process_handlers() {
    static constexpr std::array all{
        api_handler{hathora::get_active_rooms_for_process.id, get_active_rooms},
        api_handler{hathora::get_inactive_rooms_for_process.id, get_inactive_rooms},
        api_handler{hathora::get_running_processes.id, get_running_processes},
        api_handler{hathora::get_stopped_processes.id, get_stopped_processes},
        api_handler{hathora::get_process_info.id, get_process_info},
        api_handler{hathora::get_latest_processes.id, get_latest_processes},
        api_handler{hathora::get_processes_count.id, get_processes_count},
        api_handler{hathora::create_process.id, create_process},
        api_handler{hathora::get_process.id, get_process},
        api_handler{hathora::stop_process.id, stop_process},
        api_handler{hathora::get_ping_service_endpoints.id, get_ping_endpoints},
        api_handler{hathora::get_active_rooms_for_process_v1.id, get_active_rooms},
        api_handler{hathora::get_inactive_rooms_for_process_v1.id, get_inactive_rooms},
        api_handler{hathora::get_latest_processes_v2.id, get_latest_processes_v2},
        api_handler{hathora::get_processes_count_v2.id, get_processes_count},
        api_handler{hathora::create_process_v2.id, create_process_v2},
        api_handler{hathora::get_process_info_v2.id, get_process_v2},
        api_handler{hathora::stop_process_v2.id, stop_process},
    };
    return all;
}

} // namespace roomport::server
