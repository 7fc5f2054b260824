// Chromium without a window, with a home of its own: what it trusts and what it remembers goes with that folder.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { run, start, stop } from "./children.mjs";

async function trust(home, certificate) {
  // Where Chromium looks depends on its age.
  for (const store of [".pki/nssdb", ".local/share/pki/nssdb"]) {
    const folder = path.join(home, store);
    mkdirSync(folder, { recursive: true });
    const database = ["-d", `sql:${folder}`];
    for (const args of [["-N", "--empty-password"], ["-A", "-t", "C,,", "-n", "test", "-i", certificate]]) {
      const { status, err } = await run("certutil", [...args, ...database]);
      if (status !== 0) throw new Error(`certutil (scripts/install-dependencies test): ${err}`);
    }
  }
}

/** Opens a page. `certificates` are the authorities that the browser trusts besides its own. */
export async function openPage(url, certificates = []) {
  const home = mkdtempSync(path.join(tmpdir(), "roomport-chromium-"));
  for (const certificate of certificates) await trust(home, certificate);
  const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: path.join(home, ".config"), XDG_CACHE_HOME: path.join(home, ".cache") };
  delete env.XDG_DATA_HOME;
  const sandbox = process.getuid() === 0 ? ["--no-sandbox"] : [];
  const browser = start("chromium", [
    "--headless=new", ...sandbox, "--no-first-run", "--no-proxy-server", "--disable-gpu", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    `--user-data-dir=${path.join(home, "profile")}`, url,
  ], env);
  return {
    /** Settles when the browser ends by itself. */
    gone: browser.ended.then(({ code, signal }) => {
      throw new Error(`chromium ended with ${code ?? signal} (scripts/install-dependencies test):\n${browser.err}`);
    }),
    async close() {
      await stop(browser);
      rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}
