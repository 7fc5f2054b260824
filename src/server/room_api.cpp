#include "server/room_api.hpp"

#include "server/descriptor.hpp"

#include "server/request_checks.hpp"

#include <roomport/hathora/operations.hpp>
#include <roomport/json/writer.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace roomport::server {
namespace {

moment now() {
    return {clock::now(),
            std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now())};
}

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

/// One request on its way through a handler.
class room_api::call {
public:
    call(const hathora::operation_description& described, const httpd::request& request,
         const path_values& values, std::shared_ptr<httpd::exchange> caller)
        : operation(described), received(request), path(values), exchange(std::move(caller)) {}

    const std::string& room_id() const { return path.get("roomId"); }
    const std::string& process_id() const { return path.get("processId"); }

    void succeed() { exchange->send(httpd::response(operation.success_status, "")); }

    template <class Model>
    void succeed(const Model& model) {
        exchange->send(httpd::response(operation.success_status, json::to_string(model)));
    }

    void fail(int status, std::string_view message) {
        exchange->send(httpd::error_response(status, message));
    }

    void no_such_room() { fail(404, "there is no such room"); }
    void no_such_process() { fail(404, "there is no such process"); }

    const hathora::operation_description& operation;
    const httpd::request& received;
    const path_values& path;
    std::shared_ptr<httpd::exchange> exchange;
};

room_api::room_api(boost::asio::io_context& context, api_settings settings, room_registry& registry,
                   std::function<void()> changed)
    : settings_(std::move(settings)), token_(settings_.token), registry_(registry),
      views_(settings_.app_id, settings_.advertised_host, registry),
      held_(context,
            [this](const std::string& room_id) { return connection_info_answer(room_id); }),
      changed_(std::move(changed)) {
    std::apply([this](const auto&... operation) { (add_route(operation), ...); },
               hathora::all_operations);
}

void room_api::add_route(const hathora::operation_description& operation) {
    class row {
    public:
        std::string_view id;
        handler run;
    };
    static const std::array rows{
        row{hathora::create_room.id, &room_api::create_room},
        row{hathora::get_room_info.id, &room_api::get_room_info},
        row{hathora::get_connection_info.id, &room_api::get_connection_info},
        row{hathora::destroy_room.id, &room_api::destroy_room},
        row{hathora::update_room_config.id, &room_api::update_room_config},
        row{hathora::get_active_rooms_for_process.id, &room_api::get_active_rooms},
        row{hathora::get_inactive_rooms_for_process.id, &room_api::get_inactive_rooms},
        row{hathora::get_running_processes.id, &room_api::get_running_processes},
        row{hathora::get_stopped_processes.id, &room_api::get_stopped_processes},
        row{hathora::get_process_info.id, &room_api::get_process_info},
        row{hathora::get_latest_processes.id, &room_api::get_latest_processes},
        row{hathora::get_processes_count.id, &room_api::get_processes_count},
        row{hathora::create_process.id, &room_api::create_process},
        row{hathora::get_process.id, &room_api::get_process},
        row{hathora::stop_process.id, &room_api::stop_process},
        row{hathora::get_ping_service_endpoints.id, &room_api::get_ping_endpoints},
    };
    const auto* found = std::find_if(rows.begin(), rows.end(),
                                     [&](const row& each) { return each.id == operation.id; });
    if (found == rows.end()) {
        throw std::logic_error("no handler for the operation " + std::string(operation.id));
    }
    router_.add(operation.verb == http::method::get ? "GET" : "POST", operation.path);
    route& added = routes_.emplace_back();
    added.operation = operation;
    added.run = found->run;
}

void room_api::handle(httpd::request received, const std::shared_ptr<httpd::exchange>& exchange) {
    if (stopping_) {
        exchange->send(httpd::error_response(503, "the room service is stopping"));
        return;
    }
    const auto found = router_.find(received.method, received.path);
    if (found.what == router::result::kind::unknown_path) {
        exchange->send(httpd::error_response(404, "there is no such path"));
        return;
    }
    if (found.what == router::result::kind::wrong_method) {
        auto answer = httpd::error_response(405, "this path needs the method " + found.allowed);
        answer.fields.emplace_back("Allow", found.allowed);
        exchange->send(std::move(answer));
        return;
    }
    const auto& target = routes_[found.route];
    if (target.operation.auth == hathora::authentication::token &&
        !token_.accepts(received.find("Authorization").value_or(""))) {
        auto answer = httpd::error_response(
            401, "the token is missing or wrong; send the service's token as a bearer token");
        answer.fields.emplace_back("WWW-Authenticate", "Bearer");
        exchange->send(std::move(answer));
        return;
    }
    const auto& app_id = found.values.get("appId");
    if (target.operation.path.find("{appId}") != std::string_view::npos &&
        app_id != settings_.app_id) {
        exchange->send(httpd::error_response(404, "there is no such app here"));
        return;
    }
    call current(target.operation, received, found.values, exchange);
    (this->*target.run)(current);
    changed_();
}

void room_api::room_changed(const std::string& room_id) {
    if (!is_starting(room_id)) {
        held_.release(room_id);
    }
}

void room_api::stop() {
    stopping_ = true;
    held_.release_all();
}

bool room_api::is_starting(const std::string& room_id) const {
    const auto* room = registry_.find_room(room_id);
    return room != nullptr && views_.connection_info(*room).status == room_ready_status::starting;
}

httpd::response room_api::connection_info_answer(const std::string& room_id) const {
    const auto* room = registry_.find_room(room_id);
    auto answer = room == nullptr ? httpd::error_response(404, "there is no such room")
                                  : httpd::response(hathora::get_connection_info.success_status,
                                                    json::to_string(views_.connection_info(*room)));
    answer.fields.emplace_back("Roomport-Wait", std::to_string(longest_hold.count()));
    return answer;
}

bool room_api::refuse_without_descriptors(call& current) {
    if (has_descriptors_left()) {
        return false;
    }
    current.fail(503,
                 "the room service has no file descriptors left; raise its limit, or stop rooms");
    return true;
}

void room_api::create_room(call& current) {
    if (refuse_without_descriptors(current)) {
        return;
    }
    auto wanted = check_create_room(current.received);
    if (wanted.has_error()) {
        current.exchange->send(wanted.error());
        return;
    }
    const auto created = registry_.create_room(now(), wanted->body.region, wanted->room_id,
                                               std::move(wanted->body.room_config));
    if (created.has_error()) {
        current.fail(created.error().status, created.error().message);
        return;
    }
    current.succeed(views_.created_room(*registry_.find_room(*created)));
}

void room_api::get_room_info(call& current) {
    const auto* room = registry_.find_room(current.room_id());
    if (room == nullptr) {
        current.no_such_room();
        return;
    }
    current.succeed(views_.room_info(*room));
}

void room_api::get_connection_info(call& current) {
    const auto patience = check_wait(current.received, longest_hold);
    if (patience.has_error()) {
        current.exchange->send(patience.error());
        return;
    }
    if (*patience > duration::zero() && is_starting(current.room_id())) {
        held_.hold(current.room_id(), current.exchange, *patience);
        return;
    }
    current.exchange->send(connection_info_answer(current.room_id()));
}

void room_api::destroy_room(call& current) {
    if (!registry_.destroy_room(now(), current.room_id())) {
        current.no_such_room();
        return;
    }
    current.succeed();
}

void room_api::update_room_config(call& current) {
    auto wanted = check_update_room(current.received);
    if (wanted.has_error()) {
        current.exchange->send(wanted.error());
        return;
    }
    if (!registry_.update_room(current.room_id(), std::move(wanted->room_config))) {
        current.no_such_room();
        return;
    }
    current.succeed();
}

void room_api::get_active_rooms(call& current) {
    const auto* process = registry_.find_process(current.process_id());
    if (process == nullptr) {
        current.no_such_process();
        return;
    }
    std::vector<room_without_allocations> rooms;
    for (const auto& room_id : process->rooms) {
        rooms.push_back(views_.room_in_list(*registry_.find_room(room_id)));
    }
    current.succeed(rooms);
}

void room_api::get_inactive_rooms(call& current) {
    const auto* process = registry_.find_process(current.process_id());
    if (process == nullptr) {
        current.no_such_process();
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
        current.exchange->send(wanted.error());
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
        current.exchange->send(wanted.error());
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
    const auto* process = registry_.find_process(current.process_id());
    if (process == nullptr) {
        current.no_such_process();
        return;
    }
    current.succeed(views_.process_v1(*process));
}

void room_api::get_latest_processes(call& current) {
    constexpr std::size_t most = 10;
    const auto filter = check_process_filter(current.received);
    if (filter.has_error()) {
        current.exchange->send(filter.error());
        return;
    }
    auto all = registry_.processes();
    std::reverse(all.begin(), all.end());
    std::vector<process_v3> processes;
    for (const auto* process : all) {
        if (processes.size() < most && passes(*process, *filter)) {
            processes.push_back(views_.process_v3(*process));
        }
    }
    current.succeed(processes);
}

void room_api::get_processes_count(call& current) {
    const auto filter = check_process_filter(current.received);
    if (filter.has_error()) {
        current.exchange->send(filter.error());
        return;
    }
    const auto all = registry_.processes();
    processes_count count;
    count.count = static_cast<double>(
        std::count_if(all.begin(), all.end(),
                      [&](const process_record* process) { return passes(*process, *filter); }));
    current.succeed(count);
}

void room_api::create_process(call& current) {
    if (refuse_without_descriptors(current)) {
        return;
    }
    const auto where = check_region(current.path.get("region"));
    if (where.has_error()) {
        current.exchange->send(where.error());
        return;
    }
    const auto created = registry_.create_process(now(), *where);
    if (created.has_error()) {
        current.fail(created.error().status, created.error().message);
        return;
    }
    current.succeed(views_.process_v3(*registry_.find_process(*created)));
}

void room_api::get_process(call& current) {
    const auto* process = registry_.find_process(current.process_id());
    if (process == nullptr) {
        current.no_such_process();
        return;
    }
    current.succeed(views_.process_v3(*process));
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
