// What every test beside a room service needs: the official client, the program, and game servers at a gate.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { run } from "./children.mjs";

export const { HATHORA_ENDPOINT: endpoint, HATHORA_APP_ID: appId, HATHORA_TOKEN: token } = process.env;

/** A package from the build folder. */
export const installed = createRequire(path.join(process.env.INTEROP_MODULES, "package.json"));

const { HathoraCloud, HTTPClient } = installed("@hathora/cloud-sdk-typescript");

/** The official client. Every answer is told to `seen`: method, path and status. */
export function officialClient(serverURL, hathoraDevToken, seen = () => {}) {
  const httpClient = new HTTPClient();
  httpClient.addHook("response", (answer, request) => {
    seen(request.method, new URL(request.url).pathname, answer.status);
  });
  return new HathoraCloud({ serverURL, appId, hathoraDevToken, httpClient, timeoutMs: 20_000 });
}

/** The roomport program against a service or a mock. */
export function roomport(url, ...args) {
  const [command, ...rest] = args;
  return run(process.env.ROOMPORT, [command, "--endpoint", url, "--ca-file", process.env.NODE_EXTRA_CA_CERTS, ...rest]);
}

let gates = 0;

/** A configuration that keeps a room starting until `open` is called. */
export function gate() {
  const file = path.join(process.env.GATES, `gate-${process.pid}-${++gates}`);
  return { roomConfig: JSON.stringify({ gate: file }), open: () => writeFileSync(file, "") };
}

/** Asks again until the answer is as wanted, and gives it. */
export async function eventually(ask, isWanted, limit = 30_000) {
  const deadline = Date.now() + limit;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`never as wanted: ${JSON.stringify(answer)}`);
    await new Promise((resume) => setTimeout(resume, 50));
  }
}

/** The operations that the service offers of the API: `{id, method, path}`, as its own source describes them. */
export async function offeredOperations() {
  const { status, out, err } = await run(process.env.INTEROP_CALLS, ["--list"]);
  if (status !== 0) throw new Error(err);
  return JSON.parse(out).filter(({ id }) => !id.startsWith("Roomport"));
}

function isMadeFrom(template, pathname) {
  const wanted = template.split("/");
  const given = pathname.split("/");
  return wanted.length === given.length && wanted.every((part, at) => part.startsWith("{") || part === given[at]);
}

/** The operation that a request was for; in the order offered, literals come before placeholders. */
export function operationOf(offered, method, pathname) {
  return offered.find((each) => each.method === method && isMadeFrom(each.path, pathname));
}
