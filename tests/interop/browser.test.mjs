// A page from another origin plays: Chromium, the official TypeScript client, and the room service over TLS.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import path from "node:path";
import { describe, test } from "node:test";
import { run } from "./children.mjs";
import { openPage } from "./chromium.mjs";
import { appId, endpoint, gate } from "./environment.mjs";

const limit = { timeout: 60_000 };

async function bundle() {
  const { status, out, err } = await run("esbuild", ["--bundle", "--format=esm", "--log-level=warning", "player_page.mjs"],
    { ...process.env, NODE_PATH: path.join(process.env.INTEROP_MODULES, "node_modules") });
  if (status !== 0) throw new Error(`esbuild (scripts/install-dependencies test): ${err}`);
  return out;
}

/** Serves the page from an origin of its own; `told(what)` waits until the page has told that, or that it failed. */
async function servePage(given) {
  const script = await bundle();
  const page = `<!doctype html><title>player</title><link rel="icon" href="data:,">
    <script type="application/json" id="given">${JSON.stringify(given).replaceAll("<", "\\u003c")}</script>
    <script type="module" src="/page.js"></script>`;
  const news = new Map();
  let heard = () => {};
  const server = createServer(async (request, answer) => {
    if (request.url === "/told") {
      let body = "";
      for await (const piece of request) body += piece;
      const { what, ...fields } = JSON.parse(body);
      news.set(what, fields);
      heard();
      answer.writeHead(204).end();
    } else if (request.url === "/page.js") {
      answer.writeHead(200, { "Content-Type": "text/javascript" }).end(script);
    } else {
      answer.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(page);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    async told(what) {
      while (!news.has(what)) {
        if (news.has("failed") || news.has("playing")) {
          throw new Error(`the page told instead: ${JSON.stringify([...news])}`);
        }
        await new Promise((resume) => (heard = resume));
      }
      return news.get(what);
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function withPage({ given, certificates }, act) {
  const page = await servePage(given);
  try {
    const browser = await openPage(page.origin, certificates);
    try {
      await Promise.race([act(page), browser.gone]);
    } finally {
      browser.gone.catch(() => {});
      await browser.close();
    }
  } finally {
    page.close();
  }
}

describe("a page from another origin", () => {
  test("logs in, creates a lobby and polls until it is active", limit, async () => {
    const held = gate();
    const given = { endpoint, appId, roomConfig: held.roomConfig };
    await withPage({ given, certificates: [process.env.NODE_EXTRA_CA_CERTS] }, async (page) => {
      const { roomId, status } = await page.told("waiting");
      assert.equal(status, "starting");
      held.open();
      const { origin, info, listed, refusals } = await page.told("playing");
      assert.equal(origin, page.origin);
      assert.notEqual(origin, new URL(endpoint).origin);
      assert.equal(info.roomId, roomId);
      assert.equal(info.exposedPort.transportType, "udp");
      assert.ok(info.exposedPort.port > 0);
      assert.ok(listed);
      assert.deepEqual(refusals.map(({ name, statusCode }) => [name, statusCode]),
        [["ApiError", 401], ["ApiError", 401], ["ApiError", 404]]);
      for (const { message } of refusals) assert.ok(message);
    });
  });

  test("can't reach a service whose certificate the browser does not trust", limit, async () => {
    await withPage({ given: { endpoint, appId, roomConfig: "{}" } }, async (page) => {
      const { error } = await page.told("failed");
      assert.match(error, /ConnectionError|Failed to fetch/);
    });
  });
});
