// The loop that most games wrote by hand runs against the service as it is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { start, stop, written } from "./children.mjs";
import { endpoint, gate, roomport } from "./environment.mjs";

test("a loop that polls each second finds the room active", { timeout: 60_000 }, async () => {
  const held = gate();
  const loop = start(process.execPath, ["poll_each_second.mjs", held.roomConfig]);
  try {
    const [roomId] = await written(loop, /^\S+/);
    const early = await roomport(endpoint, "get", "--app-id", "local", roomId);
    assert.equal(JSON.parse(early.out).status, "starting", early.err);
    held.open();
    const { code } = await loop.ended;
    assert.equal(code, 0, loop.err);
    const { exposedPort } = JSON.parse((await roomport(endpoint, "get", "--app-id", "local", roomId)).out);
    assert.equal(loop.out.split("\n")[1], `${exposedPort.host}:${exposedPort.port}`);
  } finally {
    await stop(loop);
  }
});
