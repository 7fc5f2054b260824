// Every answer of the service passes through Prism, which turns one that breaks the contract into a 500 with the list of
// breaches: what the official client is answered, and what refused requests are.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import path from "node:path";
import { stop } from "./children.mjs";
import { documentedCodes, needsDeveloper, writeContract } from "./contract.mjs";
import {
  appId, endpoint, offeredOperations, officialClient, operationOf, roomport, token,
} from "./environment.mjs";
import { makeWorld, operations, unknownId } from "./operations.mjs";
import { startPrism } from "./prism.mjs";
import { startRelay } from "./relay.mjs";

const limit = { timeout: 60_000 };
/** A path with nobody's ids in it. */
function fillIn(path, app = appId) {
  return path.replace("{appId}", app).replace("{region}", "Dallas").replace(/\{\w+\}/g, unknownId);
}

describe("what the service answers keeps the contract", () => {
  let relay, prism, client, world, offered;

  /** A request of no client: method, path, and perhaps query, token and body: a value, or a text as it is. Prism itself
   * refuses broken JSON that is called JSON. */
  async function ask(method, path, { query = "", body, bearer = token } = {}) {
    const answer = await fetch(prism.url + path + query, {
      method,
      headers: {
        Authorization: `Bearer ${bearer}`,
        ...(body !== undefined && { "Content-Type": typeof body === "string" ? "text/plain" : "application/json" }),
      },
      body: body === undefined || typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: answer.status, text: await answer.text() };
  }

  function assertRefused({ status, text }, wanted) {
    assert.equal(status, wanted, text);
    assert.deepEqual(Object.keys(JSON.parse(text)), ["message"]);
  }

  before(async () => {
    offered = await offeredOperations();
    const document = path.join(process.env.GATES, "contract.json");
    writeContract(document, offered);
    relay = await startRelay(endpoint);
    // What is refused is for the service to say: Prism is not to say it first.
    prism = await startPrism("proxy", document, relay.url, "--errors", "--validate-request", "false");
    client = officialClient(prism.url, token);
    world = await makeWorld(client);
  }, limit);

  after(async () => {
    if (prism) await stop(prism);
    relay?.close();
  });

  for (const [id, { call }] of Object.entries(operations)) {
    test(`to ${id}`, limit, () => call(client, world));
  }

  test("to every operation with a wrong developer token", limit, async () => {
    const guarded = offered.filter(needsDeveloper);
    assert.ok(guarded.length > 0);
    for (const { method, path } of guarded) {
      assertRefused(await ask(method, fillIn(path), { bearer: "wrong" }), 401);
    }
  });

  test("to every operation about an unknown app, room, process or lobby", limit, async () => {
    const bodies = {
      UpdateRoomConfig: { roomConfig: "" },
      LoginNickname: { nickname: "Zoë" },
    };
    for (const operation of offered.filter((each) => documentedCodes(each).includes(404))) {
      const { id, method, path } = operation;
      const body = bodies[id] ?? (/Create(Room|Lobby)/.test(id) ? { region: "Dallas", visibility: "public" } : undefined);
      const bearer = id === "CreateLobby" ? world.player : token;
      assertRefused(await ask(method, fillIn(path, "another-app"), { body, bearer }), 404);
      if (/\{(roomId|processId|shortCode)\}/.test(path)) {
        assertRefused(await ask(method, fillIn(path), { body, bearer }), 404);
      }
    }
  });

  const room = { region: "Frankfurt" };
  const lobby = { region: "Frankfurt", visibility: "public" };
  const create = `/rooms/v2/${appId}/create`;
  const createLobby = `/lobby/v3/${appId}/create`;
  for (const [what, wanted, method, path, more] of [
    ["a room without a body", 400, "POST", create, {}],
    ["a room in broken JSON", 400, "POST", create, { body: '{"region":' }],
    ["a room without a region", 422, "POST", create, { body: {} }],
    ["a room in an unknown region", 422, "POST", create, { body: { region: "Atlantis" } }],
    ["a room with a long configuration", 422, "POST", create, { body: { ...room, roomConfig: "x".repeat(10001) } }],
    ["a room with a bad id", 422, "POST", create, { body: room, query: "?roomId=no%20spaces" }],
    ["a v1 room in broken JSON", 400, "POST", `/rooms/v1/${appId}/create`, { body: "{" }],
    ["a v1 room in an unknown region", 422, "POST", `/rooms/v1/${appId}/create`, { body: { region: "Atlantis" } }],
    ["a bad wait", 422, "GET", `/rooms/v2/${appId}/connectioninfo/${unknownId}`, { query: "?wait=long" }],
    ["running processes of an unknown region", 422, "GET", `/processes/v1/${appId}/list/running`, { query: "?region=Atlantis" }],
    ["stopped processes of an unknown region", 422, "GET", `/processes/v1/${appId}/list/stopped`, { query: "?region=Atlantis" }],
    ["processes of an unknown status", 422, "GET", `/processes/v3/apps/${appId}/processes/latest`, { query: "?status=bored" }],
    ["processes before nonsense", 422, "GET", `/processes/v3/apps/${appId}/processes/count`, { query: "?before=tea" }],
    ["v2 processes of an unknown region", 422, "GET", `/processes/v2/${appId}/list/latest`, { query: "?region=Atlantis" }],
    ["a v2 count of an unknown status", 422, "GET", `/processes/v2/${appId}/count`, { query: "?status=bored" }],
    ["a process in an unknown region", 422, "POST", `/processes/v3/apps/${appId}/processes/regions/Atlantis`, {}],
    ["a v2 process in an unknown region", 422, "POST", `/processes/v2/${appId}/create/Atlantis`, {}],
    ["a login without a body", 422, "POST", `/auth/v1/${appId}/login/nickname`, {}],
    ["a login in broken JSON", 422, "POST", `/auth/v1/${appId}/login/nickname`, { body: "{" }],
    ["a login without a nickname", 422, "POST", `/auth/v1/${appId}/login/nickname`, { body: {} }],
    ["a lobby of nobody", 401, "POST", createLobby, { body: lobby, bearer: "wrong" }],
    ["a lobby for an unknown public", 422, "POST", createLobby, { body: { ...lobby, visibility: "secret" }, player: true }],
    ["a lobby with a long code", 422, "POST", createLobby, { body: lobby, player: true, query: `?shortCode=${"x".repeat(101)}` }],
    ["lobbies of an unknown region", 422, "GET", `/lobby/v3/${appId}/list/public`, { query: "?region=Atlantis" }],
  ]) {
    test(`to ${what}`, limit, async () => {
      assertRefused(await ask(method, path, { ...more, ...(more.player && { bearer: world.player }) }), wanted);
    });
  }

  test("to an update in broken JSON, of a wrong shape, and without a body", limit, async () => {
    for (const body of ["{", { roomConfig: 1 }, undefined]) {
      assertRefused(await ask("POST", `/rooms/v2/${appId}/update/${world.active.roomId}`, { body }), 422);
    }
  });

  test("to a room and a lobby whose ids exist", limit, async () => {
    const query = `?roomId=${world.active.roomId}`;
    assertRefused(await ask("POST", create, { body: room, query }), 422);
    assertRefused(await ask("POST", createLobby, { body: lobby, query, bearer: world.player }), 422);
  });

  test("to the roomport program", limit, async () => {
    for (const args of [["wait", world.active.roomId], ["get", world.starting.roomId], ["processes"]]) {
      const { status, err } = await roomport(prism.url, args[0], "--app-id", appId, ...args.slice(1));
      assert.equal(status, 0, err);
    }
  });

  test("to what it has no process left for", limit, async () => {
    const make = () => ask("POST", `/processes/v3/apps/${appId}/processes/regions/Dubai`);
    let made = await make();
    for (let count = 0; made.status === 201 && count < 20; ++count) made = await make();
    assertRefused(made, 429);
    const body = { region: "Dallas" };
    assertRefused(await ask("POST", create, { body }), 429);
    assertRefused(await ask("POST", `/rooms/v1/${appId}/create`, { body }), 429);
    assertRefused(await ask("POST", `/processes/v2/${appId}/create/Dallas`), 429);
    assertRefused(await ask("POST", createLobby, { body: { ...lobby, ...body }, bearer: world.player }), 429);
  });

  test("in its codes, too", () => {
    for (const [method, pathname, status] of relay.passed) {
      const operation = operationOf(offered, method, pathname);
      assert.ok(documentedCodes(operation).includes(status), `${operation.id} has no ${status}`);
    }
    const succeeded = relay.passed.filter(([, , status]) => status < 300)
      .map(([method, pathname]) => operationOf(offered, method, pathname).id);
    assert.deepEqual(offered.map(({ id }) => id).filter((id) => !succeeded.includes(id)), []);
  });

  test("and Prism would see it if one did not", limit, async () => {
    const path = `/rooms/v2/${appId}/connectioninfo/${world.active.roomId}`;
    for (const spoil of [
      ({ additionalExposedPorts: _, ...rest }) => rest,
      (info) => ({ ...info, status: "ready" }),
      (info) => ({ ...info, exposedPort: null }),
    ]) {
      relay.spoil = spoil;
      const { status, text } = await ask("GET", path);
      assert.equal(status, 500);
      assert.match(text, /VIOLATIONS/);
    }
    assert.equal((await ask("GET", path)).status, 200);
  });
});
