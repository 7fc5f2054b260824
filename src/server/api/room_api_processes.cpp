// The operations on processes.
#include "server/api/request_checks.hpp"
#include "server/api/room_api_call.hpp"

#include <roomport/hathora/operations.hpp>

#include <algorithm>
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

} // namespace

const process_record* room_api::find_process(call& current) {
    const auto* process = registry_.find_process(current.process_id());
    if (process == nullptr) {
        current.no_such_process();
    }
    return process;
}

void room_api::get_active_rooms(call& current) {
    const auto* process = find_process(current);
    if (process == nullptr) {
        return;
    }
    std::vector<room_without_allocations> rooms;
    for (const auto& room_id : process->rooms) {
        rooms.push_back(views_.room_in_list(*registry_.find_room(room_id)));
    }
    current.succeed(rooms);
}

void room_api::get_inactive_rooms(call& current) {
    const auto* process = find_process(current);
    if (process == nullptr) {
        return;
    }
    std::vector<room_without_allocations> rooms;
    for (const auto& room : process->past_rooms) {
        rooms.push_back(views_.room_in_list(room));
    }
    current.succeed(rooms);
}

void room_api::get_running_processes(call& current) {
    const auto wanted = check_region_filter(current.received);
    if (wanted.has_error()) {
        current.responder->send(wanted.error());
        return;
    }
    std::vector<process_with_rooms> processes;
    for (const auto* process : registry_.processes()) {
        if (!process->has_ended() && has_region(*process, *wanted)) {
            processes.push_back(views_.running_process(*process));
        }
    }
    current.succeed(processes);
}

void room_api::get_stopped_processes(call& current) {
    const auto wanted = check_region_filter(current.received);
    if (wanted.has_error()) {
        current.responder->send(wanted.error());
        return;
    }
    std::vector<process> processes;
    for (const auto* process : registry_.processes()) {
        if (process->has_ended() && has_region(*process, *wanted)) {
            processes.push_back(views_.process_v1(*process));
        }
    }
    current.succeed(processes);
}

void room_api::get_process_info(call& current) {
    if (const auto* process = find_process(current)) {
        current.succeed(views_.process_v1(*process));
    }
}

std::optional<std::vector<const process_record*>> room_api::find_latest_processes(call& current) {
    constexpr std::size_t most = 10;
    const auto filter = check_process_filter(current.received);
    if (filter.has_error()) {
        current.responder->send(filter.error());
        return std::nullopt;
    }
    auto all = registry_.processes();
    std::reverse(all.begin(), all.end());
    std::vector<const process_record*> latest;
    for (const auto* process : all) {
        if (latest.size() < most && passes(*process, *filter)) {
            latest.push_back(process);
        }
    }
    return latest;
}

void room_api::get_latest_processes(call& current) {
    if (const auto latest = find_latest_processes(current)) {
        std::vector<process_v3> processes;
        for (const auto* process : *latest) {
            processes.push_back(views_.process_v3(*process));
        }
        current.succeed(processes);
    }
}

void room_api::get_latest_processes_v2(call& current) {
    if (const auto latest = find_latest_processes(current)) {
        std::vector<process_v2> processes;
        for (const auto* process : *latest) {
            processes.push_back(views_.process_v2(*process));
        }
        current.succeed(processes);
    }
}

void room_api::get_processes_count(call& current) {
    const auto filter = check_process_filter(current.received);
    if (filter.has_error()) {
        current.responder->send(filter.error());
        return;
    }
    const auto all = registry_.processes();
    processes_count count;
    count.count = static_cast<double>(
        std::count_if(all.begin(), all.end(),
                      [&](const process_record* process) { return passes(*process, *filter); }));
    current.succeed(count);
}

const process_record* room_api::make_process(call& current) {
    if (refuse_without_descriptors(current)) {
        return nullptr;
    }
    const auto where = check_region(current.path.get("region"));
    if (where.has_error()) {
        current.responder->send(where.error());
        return nullptr;
    }
    const auto created = registry_.create_process(now(), *where);
    if (created.has_error()) {
        current.fail(created.error().status, created.error().message);
        return nullptr;
    }
    return registry_.find_process(*created);
}

void room_api::create_process(call& current) {
    if (const auto* process = make_process(current)) {
        current.succeed(views_.process_v3(*process));
    }
}

void room_api::create_process_v2(call& current) {
    if (const auto* process = make_process(current)) {
        current.succeed(views_.process_v2(*process));
    }
}

void room_api::get_process(call& current) {
    if (const auto* process = find_process(current)) {
        current.succeed(views_.process_v3(*process));
    }
}

void room_api::get_process_v2(call& current) {
    if (const auto* process = find_process(current)) {
        current.succeed(views_.process_v2(*process));
    }
}

void room_api::stop_process(call& current) {
    if (!registry_.stop_process(now(), current.process_id())) {
        current.no_such_process();
        return;
    }
    current.succeed();
}

void room_api::get_ping_endpoints(call& current) {
    std::vector<ping_endpoints> endpoints;
    for (const auto name : wire_texts(region{})) {
        auto& endpoint = endpoints.emplace_back();
        endpoint.region = open_enum<region>(name);
        endpoint.host = settings_.advertised_host;
        endpoint.port = settings_.port;
    }
    current.succeed(endpoints);
}

} // namespace roomport::server
