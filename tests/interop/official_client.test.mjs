// The official TypeScript client speaks to the room service over TLS, verified by the service's own CA.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { run } from "./children.mjs";
import {
  appId, endpoint, eventually, gate, offeredOperations, officialClient, operationOf, roomport, token,
} from "./environment.mjs";
import { makeWorld, operations, unknownId } from "./operations.mjs";

const limit = { timeout: 60_000 };
const answered = [];
const client = officialClient(endpoint, token, (...answer) => answered.push(answer));

describe("the official client", () => {
  let world;
  before(async () => (world = await makeWorld(client)), limit);

  for (const [id, { call }] of Object.entries(operations)) {
    test(`takes what the service answers to ${id}`, limit, () => call(client, world));
  }

  test("has called every operation that the service offers, with success", limit, async () => {
    const offered = await offeredOperations();
    const called = answered.filter(([, , status]) => status < 300)
      .map(([method, pathname]) => operationOf(offered, method, pathname)?.id);
    assert.deepEqual(offered.map(({ id }) => id).filter((id) => !called.includes(id)), []);
    assert.deepEqual(Object.keys(operations).sort(), offered.map(({ id }) => id).sort());
  });

  for (const [what, call, statusCode] of [
    ["an unknown room", () => client.roomsV2.getConnectionInfo(unknownId), 404],
    ["a wrong token", () => officialClient(endpoint, "wrong").roomsV2.createRoom({ region: "Frankfurt" }), 401],
    ["no token", () => officialClient(endpoint).roomsV2.createRoom({ region: "Frankfurt" }), 401],
    ["a room id that exists", () => client.roomsV2.createRoom({ region: "Tokyo" }, undefined, world.active.roomId), 422],
  ]) {
    test(`reads the error that ${what} gets`, limit, async () => {
      await assert.rejects(call(), (error) => {
        assert.equal(error.name, "ApiError");
        assert.equal(error.statusCode, statusCode);
        assert.ok(JSON.parse(error.body).message);
        return true;
      });
    });
  }

  test("is refused by TLS without the service's CA", limit, async () => {
    const { NODE_EXTRA_CA_CERTS: _, ...bare } = process.env;
    const script = `fetch(${JSON.stringify(endpoint)}).catch(({ cause }) => console.log(cause.code))`;
    const { out } = await run(process.execPath, ["-e", script], bare);
    assert.match(out, /UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT/);
  });
});

describe("a room id", () => {
  const addressed = ({ exposedPort }) => `${exposedPort.host}:${exposedPort.port} ${exposedPort.transportType}`;

  test("made by the official client is awaited by roomport", limit, async () => {
    const held = gate();
    const { roomId, status } = await client.roomsV2.createRoom({ region: "Mumbai", roomConfig: held.roomConfig });
    assert.equal(status, "starting");
    const early = await roomport(endpoint, "get", "--app-id", appId, roomId);
    assert.equal(JSON.parse(early.out).status, "starting", early.err);
    const waiting = roomport(endpoint, "wait", "--app-id", appId, roomId);
    held.open();
    const { status: exit, out, err } = await waiting;
    assert.equal(exit, 0, err);
    assert.equal(out.trim(), addressed(await client.roomsV2.getConnectionInfo(roomId)));
  });

  test("made by roomport is awaited by the official client", limit, async () => {
    const held = gate();
    const made = await roomport(endpoint, "create", "--app-id", appId, "--region", "Singapore", "--room-config", held.roomConfig);
    assert.equal(made.status, 0, made.err);
    const { roomId } = JSON.parse(made.out);
    const poll = () => client.roomsV2.getConnectionInfo(roomId);
    assert.equal((await poll()).status, "starting");
    held.open();
    const info = await eventually(poll, ({ status }) => status === "active");
    const { out, err } = await roomport(endpoint, "wait", "--app-id", appId, roomId);
    assert.equal(out.trim(), addressed(info), err);
  });
});
