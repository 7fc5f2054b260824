// Child processes that are gone when the tests are, however they end.
import { spawn } from "node:child_process";
import { once } from "node:events";

const living = new Set();
process.on("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});

/** Starts a program; its output is collected in `out` and `err`. */
export function start(command, args, env = process.env) {
  const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  child.out = "";
  child.err = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (child.out += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (child.err += text));
  living.add(child);
  child.ended = once(child, "close").then(([code, signal]) => ({ code, signal }));
  child.ended.catch(() => {}).then(() => living.delete(child));
  return child;
}

/** Runs a program to its end. */
export async function run(command, args, env = process.env, limit = 60_000) {
  const child = start(command, args, env);
  const timer = setTimeout(() => child.kill("SIGKILL"), limit);
  try {
    const { code, signal } = await child.ended;
    return { status: code ?? signal, out: child.out, err: child.err };
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until a child has written what matches, and gives the match. */
export async function written(child, pattern, limit = 60_000) {
  const found = () => pattern.exec(child.out);
  const deadline = Date.now() + limit;
  let ended = false;
  child.ended.then(() => (ended = true), () => (ended = true));
  while (!found() && !ended && Date.now() < deadline) {
    await new Promise((resume) => setTimeout(resume, 20));
  }
  const match = found();
  if (!match) {
    throw new Error(`${child.spawnfile} never wrote ${pattern}:\n${child.out}\n${child.err}`);
  }
  return match;
}

/** Ends a child, with force when it does not go by itself. */
export async function stop(child, limit = 20_000) {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill("SIGTERM");
  }
  const timer = setTimeout(() => child.kill("SIGKILL"), limit);
  try {
    return await child.ended;
  } finally {
    clearTimeout(timer);
  }
}
