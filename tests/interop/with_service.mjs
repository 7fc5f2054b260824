// node with_service.mjs TEST: runs a test beside a room service of its own. The test is a process of its own because
// node reads NODE_EXTRA_CA_CERTS at its start, and before the service's start there is no CA.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { start, stop, written } from "./children.mjs";

const folder = mkdtempSync(path.join(tmpdir(), "roomport-interop-"));
// The service splits the command into words as a shell would, and a path may have a space in it.
const quoted = (word) => `'${word.replaceAll("'", "'\\''")}'`;
const gameServer = `${quoted(process.execPath)} ${quoted(path.resolve("game_server.mjs"))}`;
let status = 1;
let service;
try {
  service = start(process.env.ROOMPORT, [
    "serve", "--exec", `${gameServer} {port} {port:debug}`, "--ports", "default:udp,debug:tcp",
    "--listen", "127.0.0.1:0", "--state-dir", folder, "--rooms-per-process", "100", "--max-processes", "8",
  ]);
  const [endpoint] = await written(service, /^https:\S+/m);
  const facts = JSON.parse(readFileSync(path.join(folder, "service.json"), "utf8"));
  const test = spawn(process.execPath, process.argv.slice(2), {
    stdio: "inherit",
    env: {
      ...process.env,
      HATHORA_ENDPOINT: endpoint,
      HATHORA_APP_ID: "local",
      HATHORA_TOKEN: readFileSync(facts.tokenFile, "utf8").trim(),
      NODE_EXTRA_CA_CERTS: path.join(folder, "ca.pem"),
      GATES: folder,
    },
  });
  const forward = () => test.kill("SIGTERM");
  process.on("SIGTERM", forward);
  process.on("SIGINT", forward);
  const timer = setTimeout(() => test.kill("SIGKILL"), 150_000);
  const [code] = await once(test, "close");
  clearTimeout(timer);
  status = code ?? 1;
} catch (wrong) {
  console.error(wrong);
} finally {
  if (service) {
    const { signal, code } = await stop(service);
    if (code !== 143 && signal !== "SIGTERM") {
      console.error(`the service ended with ${code ?? signal}:\n${service.err}`);
      status = 1;
    }
  }
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = status;
