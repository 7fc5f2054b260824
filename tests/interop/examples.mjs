// Parts of the examples in operations.mjs. Every member is set in one of them, every form of "none" stands in another.
const when = (second) => `2026-01-02T03:04:${String(second).padStart(2, "0")}.678Z`;
const ids = { appId: "local", roomId: "1a2b3c4d5e6f7", processId: "00000000-0000-4000-8000-000000000001" };
export const { appId, roomId, processId } = ids;

const port = { transportType: "udp", port: 34567, host: "abc123.edge.example", name: "default" };
const debugPort = { transportType: "tcp", port: 40000, host: "abc123.edge.example", name: "debug" };
export const info = { additionalExposedPorts: [debugPort], exposedPort: port, status: "active", roomId };

const allocation = (unscheduledAt) => ({ unscheduledAt, scheduledAt: when(1), processId, roomAllocationId: "allocation-1" });
export const liveRoom = { currentAllocation: allocation(null), status: "active", roomConfig: '{"map":"dust"}', roomId, appId };
export const pastRoom = { currentAllocation: null, status: "destroyed", roomConfig: null, roomId, appId };
export const room = { ...liveRoom, allocations: [allocation(null), allocation(when(9))] };

const place = { roomsPerProcess: 3, region: "Frankfurt", processId, appId };
const ports = { additionalExposedPorts: [debugPort], exposedPort: port };
const noPorts = { additionalExposedPorts: [], exposedPort: null };
const live = { terminatedAt: null, stoppingAt: null, startedAt: when(5) };
const ended = { terminatedAt: when(9), stoppingAt: when(8), startedAt: when(5) };
const early = { terminatedAt: null, stoppingAt: null, startedAt: null };

const v1 = {
  egressedBytes: 2147483647, idleSince: null, activeConnectionsUpdatedAt: when(6), activeConnections: 2,
  roomsAllocatedUpdatedAt: when(6), roomsAllocated: 1, roomSlotsAvailableUpdatedAt: when(6), roomSlotsAvailable: 2,
  draining: false, startingAt: when(4), port: 34567, host: "abc123.edge.example", deploymentId: 7, ...place,
};
export const stoppedV1 = { ...v1, ...ended, ...noPorts, idleSince: when(7), draining: true };
export const runningV1 = { ...v1, ...live, ...ports, rooms: [liveRoom], totalRooms: 4 };
export const earlyV1 = { ...v1, ...early, ...noPorts, rooms: [], totalRooms: 0 };

const v2 = { createdAt: when(3), roomsAllocated: 1, deploymentId: 7, ...place };
const v3 = { createdAt: when(3), roomsAllocated: 1, deploymentId: "dep-1", ...place };
export const runningV2 = { ...v2, ...live, ...ports, status: "running" };
export const endedV2 = { ...v2, ...ended, ...noPorts, status: "stopped" };
export const earlyV2 = { ...v2, ...early, ...noPorts, status: "starting" };
const launched = { scheduledAt: when(3), bootedAt: when(4) };
export const runningV3 = { ...v3, ...live, ...ports, status: "running", ...launched, fleetId: "fleet-1", hosting: "cloud" };
export const endedV3 = { ...v3, ...ended, ...noPorts, status: "failed", ...launched, summaryExitReason: "exit code 1" };
export const earlyV3 = { ...v3, ...early, ...noPorts, status: "starting", scheduledAt: null, bootedAt: null };

export const lobby = {
  shortCode: "LFG4", createdAt: when(2), createdBy: "player-1", roomConfig: "{}", visibility: "public",
  region: "Frankfurt", roomId, appId,
};
