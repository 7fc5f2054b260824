// Prism, which knows the API's contract and nothing of us.
import { readFileSync } from "node:fs";
import path from "node:path";
import { start, written } from "./children.mjs";
import { installed } from "./environment.mjs";

const manifest = installed.resolve("@stoplight/prism-cli/package.json");
const program = path.join(path.dirname(manifest), JSON.parse(readFileSync(manifest, "utf8")).bin.prism);

/** Starts Prism on a free port; `url` is where it listens. */
export async function startPrism(...args) {
  const child = start(process.execPath, [program, ...args, "--port", "0"]);
  [, child.url] = await written(child, /Prism is listening on (http:\S+)/);
  return child;
}
