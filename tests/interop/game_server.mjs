// A game server that binds its ports only once a file exists, when the configuration of its first room names one.
import { createSocket } from "node:dgram";
import { existsSync } from "node:fs";
import { createServer } from "node:net";

const [game, debug] = process.argv.slice(2).map(Number);
const { gate } = JSON.parse(process.env.HATHORA_INITIAL_ROOM_CONFIG || "{}");

// A service that was killed leaves nobody to end this.
const parent = process.ppid;
setInterval(() => (process.ppid === 1 || process.ppid !== parent) && process.exit(1), 500).unref();

function open() {
  if (gate && !existsSync(gate)) {
    setTimeout(open, 20);
    return;
  }
  createServer().listen(debug, "127.0.0.1");
  createSocket("udp4").bind(game, "127.0.0.1");
}

open();
