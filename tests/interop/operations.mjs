// Every operation that the service offers of the API. `answer`: an example of its answer, unless it has none; those that
// Prism's mock makes up would have the time of day in them. `call`: how the official client calls it, and what is asked
// of the service's answer beyond what that client itself demands.
import assert from "node:assert/strict";
import { eventually, gate } from "./environment.mjs";
import * as sample from "./examples.mjs";

export const unknownId = "nobody-knows-this-id";

/** Two rooms and their processes, one active and one starting, and a player, for calls to be about. */
export async function makeWorld(client) {
  const held = gate();
  const active = await client.roomsV2.createRoom({ region: "Frankfurt", roomConfig: '{"map":"dust"}' });
  const starting = await client.roomsV2.createRoom({ region: "Tokyo", roomConfig: held.roomConfig });
  await eventually(() => client.roomsV2.getConnectionInfo(active.roomId), isActive);
  const player = (await client.authV1.loginAnonymous()).token;
  const lobby = await client.lobbiesV3.createLobby(
    { playerAuth: player }, { visibility: "public", region: "Frankfurt", roomConfig: "{}" });
  return { active, starting, held, player, lobby };
}

const isActive = ({ status }) => status === "active";

function checkStopped(found) {
  assert.notEqual(found.status, "running");
  assert.ok(found.terminatedAt instanceof Date);
}

/** A room that is in nobody's way. */
const makeRoom = (client) => client.roomsV2.createRoom({ region: "Frankfurt" });

async function makeStoppedProcess(client) {
  const { processId } = await client.processesV3.createProcess("Sydney");
  await client.processesV3.stopProcess(processId);
  return eventually(() => client.processesV3.getProcess(processId), ({ terminatedAt }) => terminatedAt !== null);
}

const roomsV2 = {
  CreateRoom: {
    answer: { additionalExposedPorts: [], status: "starting", roomId: sample.roomId, processId: sample.processId },
    async call(client) {
      const roomId = `chosen-${process.hrtime.bigint()}`;
      const created = await client.roomsV2.createRoom({ region: "Frankfurt", roomConfig: "" }, undefined, roomId);
      assert.equal(created.roomId, roomId);
      assert.equal(created.status, "active"); // its process is warm
      assert.equal(created.exposedPort.name, "default");
      assert.deepEqual(created.additionalExposedPorts.map(({ name }) => name), ["debug"]);
    },
  },
  GetRoomInfo: {
    answer: sample.room,
    async call(client, { active, starting }) {
      const info = await client.roomsV2.getRoomInfo(active.roomId);
      assert.equal(info.status, "active");
      assert.equal(info.roomConfig, '{"map":"dust"}');
      assert.equal(info.currentAllocation.processId, active.processId);
      assert.equal((await client.roomsV2.getRoomInfo(starting.roomId)).status, "scheduling");
    },
  },
  GetConnectionInfo: {
    answer: sample.info,
    async call(client, { active, starting }) {
      const info = await client.roomsV2.getConnectionInfo(active.roomId);
      assert.equal(info.status, "active");
      assert.equal(info.exposedPort.transportType, "udp");
      const early = await client.roomsV2.getConnectionInfo(starting.roomId);
      assert.equal(early.status, "starting");
      assert.equal(early.exposedPort, undefined);
      assert.deepEqual(early.additionalExposedPorts, []);
    },
  },
  UpdateRoomConfig: {
    async call(client) {
      const { roomId } = await makeRoom(client);
      assert.equal((await client.roomsV2.getRoomInfo(roomId)).roomConfig ?? null, null);
      await client.roomsV2.updateRoomConfig(roomId, { roomConfig: "ünder" });
      assert.equal((await client.roomsV2.getRoomInfo(roomId)).roomConfig, "ünder");
    },
  },
  DestroyRoom: {
    async call(client) {
      const { roomId } = await makeRoom(client);
      await client.roomsV2.destroyRoom(roomId);
      await assert.rejects(client.roomsV2.getConnectionInfo(roomId), { statusCode: 404 });
    },
  },
  GetActiveRoomsForProcess: {
    answer: [sample.liveRoom],
    async call(client, { active }) {
      const rooms = await client.roomsV2.getActiveRoomsForProcess(active.processId);
      assert.ok(rooms.some(({ roomId, status }) => roomId === active.roomId && status === "active"));
    },
  },
  GetInactiveRoomsForProcess: {
    answer: [sample.pastRoom],
    async call(client, { active }) {
      const { roomId } = await makeRoom(client);
      await client.roomsV2.destroyRoom(roomId);
      const rooms = await client.roomsV2.getInactiveRoomsForProcess(active.processId);
      const past = rooms.find((room) => room.roomId === roomId);
      assert.equal(past.status, "destroyed");
      assert.equal(past.currentAllocation, null);
    },
  },
};

const roomsV1 = {
  CreateRoomDeprecated: {
    answer: sample.roomId,
    async call(client) {
      const roomId = await client.roomsV1.createRoomDeprecated({ region: "Frankfurt" });
      assert.equal((await client.roomsV2.getRoomInfo(roomId)).roomId, roomId);
    },
  },
  GetRoomInfoDeprecated: {
    answer: { ...sample.pastRoom, allocations: [] },
    async call(client, { active }) {
      assert.equal((await client.roomsV1.getRoomInfoDeprecated(active.roomId)).status, "active");
    },
  },
  GetConnectionInfoDeprecated: {
    answer: { transportType: "udp", port: 34567, host: "abc123.edge.example", status: "active", roomId: sample.roomId },
    async call(client, { active, starting }) {
      const { exposedPort } = await client.roomsV2.getConnectionInfo(active.roomId);
      const { host, port, transportType } = exposedPort;
      assert.deepEqual({ ...(await client.roomsV1.getConnectionInfoDeprecated(active.roomId)) },
        { roomId: active.roomId, status: "active", host, port, transportType });
      assert.deepEqual({ ...(await client.roomsV1.getConnectionInfoDeprecated(starting.roomId)) },
        { roomId: starting.roomId, status: "starting" });
    },
  },
  DestroyRoomDeprecated: {
    async call(client) {
      const { roomId } = await makeRoom(client);
      await client.roomsV1.destroyRoomDeprecated(roomId);
      await assert.rejects(client.roomsV1.getConnectionInfoDeprecated(roomId), { statusCode: 404 });
    },
  },
  GetActiveRoomsForProcessDeprecated: {
    answer: [],
    async call(client, { active }) {
      const rooms = await client.roomsV1.getActiveRoomsForProcessDeprecated(active.processId);
      assert.ok(rooms.some(({ roomId }) => roomId === active.roomId));
    },
  },
  GetInactiveRoomsForProcessDeprecated: {
    answer: [sample.pastRoom, sample.pastRoom],
    async call(client, { active }) {
      const { roomId } = await makeRoom(client);
      await client.roomsV1.destroyRoomDeprecated(roomId);
      const rooms = await client.roomsV1.getInactiveRoomsForProcessDeprecated(active.processId);
      assert.ok(rooms.some((room) => room.roomId === roomId));
    },
  },
};

const processesV1 = {
  GetRunningProcesses: {
    answer: [sample.runningV1, sample.earlyV1],
    async call(client, { active, starting }) {
      const all = await client.processesV1.getRunningProcesses();
      const running = all.find(({ processId }) => processId === active.processId);
      assert.equal(running.exposedPort.name, "default");
      assert.ok(running.rooms.some(({ roomId }) => roomId === active.roomId));
      const early = all.find(({ processId }) => processId === starting.processId);
      assert.equal(early.exposedPort, null);
      assert.equal(early.startedAt, null);
      const there = await client.processesV1.getRunningProcesses(undefined, "Tokyo");
      assert.ok(there.length > 0 && there.every(({ region }) => region === "Tokyo"));
    },
  },
  GetStoppedProcesses: {
    answer: [sample.stoppedV1],
    async call(client) {
      const { processId } = await makeStoppedProcess(client);
      const stopped = await client.processesV1.getStoppedProcesses();
      checkStopped(stopped.find((each) => each.processId === processId));
    },
  },
  GetProcessInfoDeprecated: {
    answer: sample.stoppedV1,
    async call(client, { active, starting }) {
      const running = await client.processesV1.getProcessInfoDeprecated(active.processId);
      assert.ok(running.startedAt instanceof Date);
      assert.equal((await client.processesV1.getProcessInfoDeprecated(starting.processId)).exposedPort, null);
    },
  },
};

const processesV2 = {
  GetLatestProcessesV2Deprecated: {
    answer: [sample.runningV2, sample.endedV2, sample.earlyV2],
    async call(client, { active, starting }) {
      const found = await client.processesV2.getLatestProcessesV2Deprecated(undefined, ["running", "starting"]);
      for (const { processId } of [active, starting]) {
        assert.ok(found.some((each) => each.processId === processId));
      }
    },
  },
  GetProcessesCountExperimentalV2Deprecated: {
    answer: { count: 3 },
    async call(client) {
      const { count } = await client.processesV2.getProcessesCountExperimentalV2Deprecated(
        undefined, ["running", "starting"], ["Frankfurt", "Tokyo"]);
      assert.ok(count >= 2);
    },
  },
  CreateProcessV2Deprecated: {
    answer: sample.earlyV2,
    async call(client) {
      const made = await client.processesV2.createProcessV2Deprecated("Sydney");
      assert.equal(made.region, "Sydney");
      await client.processesV2.stopProcessV2Deprecated(made.processId);
    },
  },
  GetProcessInfoV2Deprecated: {
    answer: sample.runningV2,
    async call(client, { active, starting }) {
      assert.equal((await client.processesV2.getProcessInfoV2Deprecated(active.processId)).status, "running");
      assert.equal((await client.processesV2.getProcessInfoV2Deprecated(starting.processId)).exposedPort, null);
    },
  },
  StopProcessV2Deprecated: {
    async call(client) {
      const { processId } = await client.processesV2.createProcessV2Deprecated("Sydney");
      await client.processesV2.stopProcessV2Deprecated(processId);
      checkStopped(await eventually(() => client.processesV2.getProcessInfoV2Deprecated(processId),
        ({ terminatedAt }) => terminatedAt !== null));
    },
  },
};

const processesV3 = {
  GetLatestProcesses: {
    answer: [sample.runningV3, sample.endedV3, sample.earlyV3],
    async call(client, { active, starting }) {
      const found = await client.processesV3.getLatestProcesses(undefined, ["running", "starting"]);
      for (const { processId } of [active, starting]) {
        assert.ok(found.some((each) => each.processId === processId));
      }
      assert.deepEqual(await client.processesV3.getLatestProcesses(undefined, undefined, undefined, 1), []);
    },
  },
  GetProcessesCountExperimental: {
    answer: { count: 0 },
    async call(client) {
      const { count } = await client.processesV3.getProcessesCountExperimental(undefined, ["running"], ["Frankfurt"]);
      assert.equal(count, 1);
    },
  },
  CreateProcess: {
    answer: sample.earlyV3,
    async call(client) {
      const made = await client.processesV3.createProcess("Sydney");
      assert.equal(made.status, "starting");
      await client.processesV3.stopProcess(made.processId);
    },
  },
  GetProcess: {
    answer: sample.runningV3,
    async call(client, { active, starting }) {
      const running = await client.processesV3.getProcess(active.processId);
      assert.equal(running.status, "running");
      assert.equal(running.exposedPort.transportType, "udp");
      const early = await client.processesV3.getProcess(starting.processId);
      assert.equal(early.status, "starting");
      assert.equal(early.exposedPort, null);
    },
  },
  StopProcess: {
    async call(client) {
      checkStopped(await makeStoppedProcess(client));
    },
  },
};

const others = {
  GetPingServiceEndpoints: {
    answer: ["Frankfurt", "Tokyo"].map((region) => ({ port: 10000, host: "ping.example", region })),
    async call(client) {
      const endpoints = await client.discoveryV2.getPingServiceEndpoints();
      assert.equal(new Set(endpoints.map(({ region }) => region)).size, 14);
    },
  },
  LoginAnonymous: {
    answer: { token: "head.claims.signature" },
    async call(client) {
      const { token } = await client.authV1.loginAnonymous();
      assert.equal(token.split(".").length, 3);
    },
  },
  LoginNickname: {
    answer: { token: "head.claims.signature" },
    async call(client) {
      const { token } = await client.authV1.loginNickname({ nickname: "Zoë" });
      const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
      assert.ok(Object.values(claims).includes("Zoë"), JSON.stringify(claims));
    },
  },
  CreateLobby: {
    answer: sample.lobby,
    async call(client, { player }) {
      const code = `code-${process.hrtime.bigint()}`;
      const made = await client.lobbiesV3.createLobby(
        { playerAuth: player }, { visibility: "private", region: "Frankfurt", roomConfig: "{}" }, undefined, code);
      assert.equal(made.shortCode, code);
      assert.equal(made.visibility, "private");
      assert.equal(made.roomConfig, "{}");
      assert.ok(made.createdAt instanceof Date);
      await eventually(() => client.roomsV2.getConnectionInfo(made.roomId), isActive);
    },
  },
  GetLobbyInfoByRoomId: {
    answer: { ...sample.lobby, createdBy: 17, roomConfig: null },
    async call(client, { lobby }) {
      assert.deepEqual(await client.lobbiesV3.getLobbyInfoByRoomId(lobby.roomId), lobby);
    },
  },
  GetLobbyInfoByShortCode: {
    answer: { ...sample.lobby, visibility: "private" },
    async call(client, { lobby }) {
      assert.deepEqual(await client.lobbiesV3.getLobbyInfoByShortCode(lobby.shortCode), lobby);
    },
  },
  ListActivePublicLobbies: {
    answer: [sample.lobby, { ...sample.lobby, createdBy: "17", visibility: "local" }],
    async call(client, { lobby }) {
      for (const region of [undefined, "Frankfurt"]) {
        const found = await client.lobbiesV3.listActivePublicLobbies(undefined, region);
        assert.ok(found.some(({ roomId }) => roomId === lobby.roomId));
      }
      assert.deepEqual(await client.lobbiesV3.listActivePublicLobbies(undefined, "Dubai"), []);
    },
  },
};

/** By the contract's id of the operation. */
export const operations = { ...roomsV2, ...roomsV1, ...processesV1, ...processesV2, ...processesV3, ...others };

/** The examples alone. */
export const answers = Object.fromEntries(
  Object.entries(operations).filter(([, each]) => "answer" in each).map(([id, { answer }]) => [id, answer]));
