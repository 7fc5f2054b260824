// The library and the program against Prism's mock of the API: Prism holds our requests against the contract, and its
// answers come back as they were sent.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { run, stop } from "./children.mjs";
import { writeContract } from "./contract.mjs";
import { offeredOperations } from "./environment.mjs";
import { answers } from "./operations.mjs";
import { startPrism } from "./prism.mjs";

const limit = { timeout: 60_000 };
const { roomId } = answers.GetConnectionInfo;
const { port, host, transportType } = answers.GetConnectionInfo.exposedPort;

/** What becomes of an answer: a room without a configuration has none, whether it was null or absent. */
const asRead = (answer) => JSON.parse(JSON.stringify(answer ?? null),
  (name, value) => (name === "roomConfig" && value === null ? undefined : value));

describe("against a mock of the API", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "roomport-mock-"));
  let prism, typed, calls;

  function roomport(command, ...args) {
    const env = { ...process.env, HATHORA_TOKEN: "a-developer-token", XDG_STATE_HOME: folder };
    return run(process.env.ROOMPORT, [command, "--endpoint", prism.url, "--app-id", "local", ...args], env);
  }

  before(async () => {
    const operations = await offeredOperations();
    typed = operations.map(({ id }) => id);
    const document = path.join(folder, "contract.json");
    writeContract(document, operations, answers);
    prism = await startPrism("mock", document, "--errors");
    const { status, out, err } = await run(process.env.INTEROP_CALLS, [prism.url]);
    assert.equal(status, 0, err);
    calls = new Map(JSON.parse(out).map((call) => [call.id, call]));
  }, limit);

  after(async () => {
    if (prism) await stop(prism);
    rmSync(folder, { recursive: true, force: true });
  });

  test("the library reads every answer as it was meant", limit, () => {
    for (const id of typed) {
      const { httpStatus, error, value } = calls.get(id);
      assert.equal(error, undefined, `${id}: ${httpStatus} ${error}`);
      assert.deepEqual(value, asRead(answers[id]), id);
    }
  });

  test("no example is left over", limit, () => {
    assert.deepEqual(Object.keys(answers).filter((id) => !typed.includes(id)), []);
  });

  for (const [args, printed] of [
    [["get", roomId], answers.GetConnectionInfo],
    [["create", "--region", "Frankfurt", "--room-id", roomId, "--room-config", "{}"], answers.CreateRoom],
    [["destroy", roomId], { roomId, destroyed: true }],
    [["processes"], answers.GetLatestProcesses],
  ]) {
    test(`roomport ${args[0]} prints the answer`, limit, async () => {
      const { status, out, err } = await roomport(...args);
      assert.equal(status, 0, err);
      assert.deepEqual(JSON.parse(out), printed);
    });
  }

  test("roomport wait and create --wait print where the room is", limit, async () => {
    const waited = await roomport("wait", roomId);
    assert.equal(waited.out, `${host}:${port} ${transportType}\n`, waited.err);
    const created = await roomport("create", "--region", "Frankfurt", "--room-id", roomId, "--wait");
    assert.equal(created.out, `${roomId} ${host}:${port} ${transportType}\n`, created.err);
  });
});
