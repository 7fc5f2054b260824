#pragma once

#include "support/scripted_server.hpp"
#include "support/trusted_server.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>

namespace roomport::test {

/// A server of another make: rooms become active at given times, and it offers as much of the API as a test says.
class emulated_api {
public:
    class offer {
    public:
        offer() = default;
        /// Announces and answers requests about many rooms.
        bool batches = false;
        /// Announces them, but does not answer them.
        bool broken_batches = false;
        /// Answers the list of running processes.
        bool process_list = false;
    };

    explicit emulated_api(offer what) : offer_(what), server_(script(), good_tls()) {}

    /// From now on there is a room, active in so long.
    void add_room(const std::string& room, std::chrono::milliseconds start_time) {
        const std::lock_guard lock(mutex_);
        rooms_[room] = std::chrono::steady_clock::now() + start_time;
    }

    std::string url() const { return server_.url(); }
    std::size_t single_polls() const { return count("single"); }
    std::size_t batches() const { return count("batch"); }
    std::size_t lists() const { return count("list"); }

private:
    std::size_t count(const std::string& kind) const {
        const std::lock_guard lock(mutex_);
        const auto found = counts_.find(kind);
        return found == counts_.end() ? 0 : found->second;
    }

    scripted_server::script script() {
        return [this](session& peer) {
            for (auto request = peer.read_request(); !request.empty();
                 request = peer.read_request()) {
                peer.send(answer(request.substr(4, request.find(" HTTP/") - 4)));
            }
        };
    }

    std::string answer(const std::string& target) {
        const std::lock_guard lock(mutex_);
        const auto last = target.substr(target.rfind('/') + 1);
        if (target.starts_with("/rooms/v2/app/connectioninfo/")) {
            ++counts_["single"];
            const bool announced = offer_.batches || offer_.broken_batches;
            return rooms_.contains(last) ? http_response(connection_info(last), 200,
                                                         announced ? "Roomport-Batch: 50\r\n" : "")
                                         : http_response(R"({"message":"no such room"})", 404);
        }
        if (target.starts_with("/roomport/v1/app/rooms?ids=")) {
            ++counts_["batch"];
            return offer_.batches ? http_response(many(target.substr(target.find('=') + 1)), 200,
                                                  "Roomport-Batch: 50\r\n")
                                  : http_response("<h1>who are you</h1>", 404);
        }
        if (target.starts_with("/processes/v1/app/list/running")) {
            ++counts_["list"];
            return offer_.process_list ? http_response(list())
                                       : http_response(R"({"message":"not here"})", 404);
        }
        return http_response(R"({"message":"no such path"})", 404);
    }

    bool is_active(const std::string& room) const {
        return rooms_.at(room) <= std::chrono::steady_clock::now();
    }

    static std::string port() {
        return R"({"name":"default","host":"h.example","port":7777,"transportType":"udp"})";
    }

    std::string connection_info(const std::string& room) const {
        const bool active = is_active(room);
        return R"({"roomId":")" + room + R"(","status":")" + (active ? "active" : "starting") +
               R"(",)" + (active ? R"("exposedPort":)" + port() + "," : "") +
               R"("additionalExposedPorts":[]})";
    }

    std::string many(std::string ids) const {
        std::string body;
        for (std::size_t end = 0; end != std::string::npos; ids.erase(0, end + 1)) {
            end = ids.find(',');
            const auto room = ids.substr(0, end);
            if (rooms_.contains(room)) {
                body += (body.empty() ? "" : ",") + connection_info(room);
            }
            if (end == std::string::npos) {
                break;
            }
        }
        return "[" + body + "]";
    }

    std::string list() const {
        std::string body;
        for (const auto& [room, ready_at] : rooms_) {
            const bool active = is_active(room);
            body += body.empty() ? "" : ",";
            body += R"({"processId":"p-)" + room +
                    R"(","appId":"app","deploymentId":1,"region":"Tokyo","roomsPerProcess":1,)"
                    R"("roomsAllocated":1,"roomsAllocatedUpdatedAt":"2024-01-01T00:00:00Z",)"
                    R"("startingAt":"2024-01-01T00:00:00Z","startedAt":)" +
                    (active ? R"("2024-01-01T00:00:02Z")" : "null") +
                    R"(,"stoppingAt":null,"terminatedAt":null,"draining":false,"egressedBytes":0,)"
                    R"("additionalExposedPorts":[],"totalRooms":1,"exposedPort":)" +
                    (active ? port() : "null") + R"(,"rooms":[{"appId":"app","roomId":")" + room +
                    R"(","status":")" + (active ? "active" : "scheduling") +
                    R"(","currentAllocation":{"roomAllocationId":"a","processId":"p-)" + room +
                    R"(","scheduledAt":"2024-01-01T00:00:01Z","unscheduledAt":null}}]})";
        }
        return "[" + body + "]";
    }

    offer offer_;
    mutable std::mutex mutex_;
    std::map<std::string, std::chrono::steady_clock::time_point> rooms_;
    std::map<std::string, std::size_t> counts_;
    scripted_server server_;
};

} // namespace roomport::test
