#pragma once

#include <string_view>

namespace roomport::json {

/// A valid document of a model, with every member and some that no model has.
struct sample_document {
    std::string_view model;
    std::string_view text;
    /// The same document as this library writes it.
    std::string_view canonical;
};

#define PORT_DEFAULT                                                                               \
    R"({"transportType":"tcp","port":34567,"host":"1.proxy.hathora.dev","name":"default"})"
#define PORT_DEFAULT_WRITTEN                                                                       \
    R"({"name":"default","host":"1.proxy.hathora.dev","port":34567,"transportType":"tcp"})"
#define PORT_BEYOND                                                                                \
    R"({"transportType":"tcp","port":72941,"host":"123.proxy.hathora.dev","name":"default"})"
#define PORT_BEYOND_WRITTEN                                                                        \
    R"({"name":"default","host":"123.proxy.hathora.dev","port":72941,"transportType":"tcp"})"

inline constexpr sample_document sample_documents[] = {
    {"ConnectionInfoV2",
     R"({"additionalExposedPorts":[)" PORT_BEYOND R"(],"exposedPort":)" PORT_BEYOND
     R"(,"status":"starting","roomId":"2swovpy1fnunu"})",
     R"({"roomId":"2swovpy1fnunu","status":"starting","exposedPort":)" PORT_BEYOND_WRITTEN
     R"(,"additionalExposedPorts":[)" PORT_BEYOND_WRITTEN "]}"},
    {"ConnectionInfoV2",
     " {\r\n\t\"additionalExposedPorts\" : [ ] ,\n \"future\": {\"a\": [1, -2.5e+10, [], {}, true, "
     "false, null, \"\\ud83d\\ude00 \\u0000 \xC3\xA4\"], \"port\": {}},\"status\":\"paused\", "
     "\"roomId\":\"r\\u002D1\", \"exposedPort\": null } \n",
     R"({"roomId":"r-1","status":"paused","additionalExposedPorts":[]})"},
    {"RoomConnectionData",
     R"({"additionalExposedPorts":[],"exposedPort":)" PORT_DEFAULT
     R"(,"status":"active","roomId":"2swovpy1fnunu","processId":"cbfcddd2"})",
     R"({"roomId":"2swovpy1fnunu","processId":"cbfcddd2","status":"active","exposedPort":)" PORT_DEFAULT_WRITTEN
     R"(,"additionalExposedPorts":[]})"},
    {"ProcessWithRooms",
     R"({"egressedBytes":9007199254740993,"idleSince":"2019-08-24T14:15:22Z",)"
     R"("activeConnectionsUpdatedAt":"2019-08-24T14:15:22.1Z","activeConnections":7,)"
     R"("roomsAllocatedUpdatedAt":"2019-08-24T16:15:22+02:00","roomsAllocated":1.0,)"
     R"("roomSlotsAvailableUpdatedAt":"2019-08-24T14:15:22.123456789Z","roomSlotsAvailable":0.5,)"
     R"("draining":true,"terminatedAt":null,"stoppingAt":null,"startedAt":"2019-08-24T14:15:22Z",)"
     R"("startingAt":"2019-08-24T14:15:22Z","roomsPerProcess":3e0,"additionalExposedPorts":[)" PORT_DEFAULT
     R"(],"exposedPort":)" PORT_DEFAULT
     R"(,"port":34567,"host":"1.proxy.hathora.dev","region":"Seattle","processId":"cbfcddd2",)"
     R"("deploymentId":1,"appId":"app-af469a92","rooms":[{"appId":"app-af469a92",)"
     R"("roomId":"2swovpy1fnunu","roomConfig":"{\"name\":\"my-room\"}","status":"scheduling",)"
     R"("currentAllocation":{"unscheduledAt":null,"scheduledAt":"2019-08-24T14:15:22Z",)"
     R"("processId":"cbfcddd2","roomAllocationId":"a1"}}],"totalRooms":-0})",
     R"({"processId":"cbfcddd2","appId":"app-af469a92","deploymentId":1,"region":"Seattle",)"
     R"("roomsPerProcess":3,"roomsAllocated":1,"roomsAllocatedUpdatedAt":"2019-08-24T14:15:22.000Z",)"
     R"("roomSlotsAvailable":0.5,"roomSlotsAvailableUpdatedAt":"2019-08-24T14:15:22.123Z",)"
     R"("activeConnections":7,"activeConnectionsUpdatedAt":"2019-08-24T14:15:22.100Z",)"
     R"("host":"1.proxy.hathora.dev","port":34567,"exposedPort":)" PORT_DEFAULT_WRITTEN
     R"(,"additionalExposedPorts":[)" PORT_DEFAULT_WRITTEN
     R"(],"egressedBytes":9007199254740993,"draining":true,"idleSince":"2019-08-24T14:15:22.000Z",)"
     R"("startingAt":"2019-08-24T14:15:22.000Z","startedAt":"2019-08-24T14:15:22.000Z",)"
     R"("stoppingAt":null,"terminatedAt":null,"rooms":[{"appId":"app-af469a92",)"
     R"("roomId":"2swovpy1fnunu","status":"scheduling","roomConfig":"{\"name\":\"my-room\"}",)"
     R"("currentAllocation":{"roomAllocationId":"a1","processId":"cbfcddd2",)"
     R"("scheduledAt":"2019-08-24T14:15:22.000Z","unscheduledAt":null}}],"totalRooms":0})"},
    {"Process",
     R"({"egressedBytes":0,"roomsAllocatedUpdatedAt":"2019-08-24T14:15:22Z","roomsAllocated":0,)"
     R"("draining":false,"startingAt":"2019-08-24T14:15:22Z","roomsPerProcess":1,)"
     R"("additionalExposedPorts":[],"region":"Atlantis","processId":"p","deploymentId":1,"appId":"a"})",
     R"({"processId":"p","appId":"a","deploymentId":1,"region":"Atlantis","roomsPerProcess":1,)"
     R"("roomsAllocated":0,"roomsAllocatedUpdatedAt":"2019-08-24T14:15:22.000Z","exposedPort":null,)"
     R"("additionalExposedPorts":[],"egressedBytes":0,"draining":false,"idleSince":null,)"
     R"("startingAt":"2019-08-24T14:15:22.000Z","startedAt":null,"stoppingAt":null,"terminatedAt":null})"},
    {"ProcessV3",
     R"({"processId":"p","appId":"a","deploymentId":"dep-1","fleetId":"f","region":"Dubai",)"
     R"("hosting":"metal","status":"draining","roomsPerProcess":1,"roomsAllocated":0,)"
     R"("exposedPort":null,"additionalExposedPorts":[],"createdAt":"2025-08-24T14:15:22Z",)"
     R"("startedAt":null,"stoppingAt":null,"terminatedAt":null,"summaryExitReason":"done"})",
     R"({"processId":"p","appId":"a","deploymentId":"dep-1","fleetId":"f","region":"Dubai",)"
     R"("hosting":"metal","status":"draining","roomsPerProcess":1,"roomsAllocated":0,)"
     R"("exposedPort":null,"additionalExposedPorts":[],"createdAt":"2025-08-24T14:15:22.000Z",)"
     R"("scheduledAt":null,"bootedAt":null,"startedAt":null,"stoppingAt":null,"terminatedAt":null,)"
     R"("summaryExitReason":"done"})"},
    {"Room",
     R"({"appId":"a","roomId":"r","status":"destroyed","roomConfig":null,"currentAllocation":null,)"
     R"("allocations":[{"roomAllocationId":"x","processId":"p","scheduledAt":"2019-08-24T14:15:22Z",)"
     R"("unscheduledAt":"2019-08-25T14:15:22Z"}]})",
     R"({"appId":"a","roomId":"r","status":"destroyed","currentAllocation":null,)"
     R"("allocations":[{"roomAllocationId":"x","processId":"p","scheduledAt":"2019-08-24T14:15:22.000Z",)"
     R"("unscheduledAt":"2019-08-25T14:15:22.000Z"}]})"},
    {"RoomWithoutAllocations", R"({"appId":"a","roomId":"r","status":"active","roomConfig":""})",
     R"({"appId":"a","roomId":"r","status":"active","roomConfig":"","currentAllocation":null})"},
    {"PingEndpoints", R"({"region":"Tokyo","host":"tokyo.ping","port":443})",
     R"({"region":"Tokyo","host":"tokyo.ping","port":443})"},
    {"CreateRoomParams",
     R"({"region":"Los_Angeles","clientIPs":["1.2.3.4","::1"],"roomConfig":"\u00e4\n","deploymentId":"d"})",
     "{\"region\":\"Los_Angeles\",\"roomConfig\":\"\xC3\xA4\\n\",\"deploymentId\":\"d\","
     "\"clientIPs\":[\"1.2.3.4\",\"::1\"]}"},
    {"CreateRoomParams", R"({"region":"London"})", R"({"region":"London"})"},
    {"UpdateRoomConfigParams", R"({"roomConfig":"x"})", R"({"roomConfig":"x"})"},
    {"GetProcessesCountExperimentalResponseBody", R"({"count":12})", R"({"count":12})"},
    {"ConnectionInfo",
     R"({"status":"active","roomId":"r","transportType":"tls","port":34567.0,"host":"h"})",
     R"({"roomId":"r","status":"active","host":"h","port":34567,"transportType":"tls"})"},
    {"ConnectionInfo", R"({"status":"starting","roomId":"r","port":null})",
     R"({"roomId":"r","status":"starting"})"},
    {"ProcessV2",
     R"({"processId":"p","appId":"a","deploymentId":7,"region":"Dubai","status":"running",)"
     R"("roomsPerProcess":2,"roomsAllocated":1,"exposedPort":)" PORT_DEFAULT
     R"(,"additionalExposedPorts":[],"createdAt":"2025-08-24T14:15:22Z",)"
     R"("startedAt":"2025-08-24T14:15:23Z","stoppingAt":null,"terminatedAt":null})",
     R"({"processId":"p","appId":"a","deploymentId":7,"region":"Dubai","status":"running",)"
     R"("roomsPerProcess":2,"roomsAllocated":1,"exposedPort":)" PORT_DEFAULT_WRITTEN
     R"(,"additionalExposedPorts":[],"createdAt":"2025-08-24T14:15:22.000Z",)"
     R"("startedAt":"2025-08-24T14:15:23.000Z","stoppingAt":null,"terminatedAt":null})"},
    {"LobbyV3",
     R"({"shortCode":"LFG4","createdAt":"2025-08-24T14:15:22Z","createdBy":"noreply@example.org",)"
     R"("roomConfig":"{}","visibility":"private","region":"Tokyo","roomId":"r","appId":"a"})",
     R"({"appId":"a","roomId":"r","shortCode":"LFG4","visibility":"private","region":"Tokyo",)"
     R"("roomConfig":"{}","createdBy":"noreply@example.org","createdAt":"2025-08-24T14:15:22.000Z"})"},
    {"LobbyV3",
     R"({"shortCode":"","createdAt":"2025-08-24T14:15:22Z","createdBy":12.50,"roomConfig":null,)"
     R"("visibility":"friends","region":"Tokyo","roomId":"r","appId":"a","state":{"x":[]}})",
     R"({"appId":"a","roomId":"r","shortCode":"","visibility":"friends","region":"Tokyo",)"
     R"("createdBy":12.5,"createdAt":"2025-08-24T14:15:22.000Z"})"},
    {"CreateLobbyV3Params", R"({"visibility":"local","region":"London","roomConfig":"x"})",
     R"({"visibility":"local","region":"London","roomConfig":"x"})"},
    {"NicknameObject", R"({"nickname":"squiddytwoshoes"})", R"({"nickname":"squiddytwoshoes"})"},
    {"PlayerTokenObject", R"({"token":"a.b.c"})", R"({"token":"a.b.c"})"},
    {"ApiError", R"({"message":"room not found","code":404})", R"({"message":"room not found"})"},
};

#undef PORT_DEFAULT
#undef PORT_DEFAULT_WRITTEN
#undef PORT_BEYOND
#undef PORT_BEYOND_WRITTEN

} // namespace roomport::json
