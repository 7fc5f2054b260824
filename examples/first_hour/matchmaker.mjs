// One match: a room is created, the poller daemon waits until it is active, and its first player says hello.
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";

const api = process.env.HATHORA_ENDPOINT ?? "https://localhost:8443";
const app = process.env.HATHORA_APP_ID ?? "local";
const token = readFileSync(process.env.MATCHMAKER_TOKEN_FILE ?? "token", "utf8").trim();
const poller = process.env.POLLER ?? "http://127.0.0.1:8180";

process.on("uncaughtException", ({ message, cause }) => {
  console.error(cause ? `${message}: ${cause.message}` : message);
  process.exit(1);
});

async function post(url, body, headers = {}) {
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(body), headers });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

async function waitUntilActive(room) {
  await post(`${poller}/v1/rooms`, { roomId: room, timeout: "60s" });
  for (;;) {
    const answer = await fetch(`${poller}/v1/rooms/${room}?wait=30`);
    const body = await answer.json();
    if (answer.status === 200) return body.exposedPort;
    if (answer.status !== 202) throw new Error(`room ${room}: ${body.error}: ${body.message}`);
  }
}

function greet({ host, port }) {
  return new Promise((resolve, reject) => {
    const socket = createSocket("udp4");
    const done = (settle, value) => {
      clearTimeout(patience);
      socket.close();
      settle(value);
    };
    const patience = setTimeout(() => done(reject, new Error("the game server is silent")), 3000);
    socket.on("message", (text) => done(resolve, text.toString()));
    socket.send("hello from Node", port, host);
  });
}

const { roomId } = await post(
  `${api}/rooms/v2/${app}/create`,
  { region: "Frankfurt" },
  { authorization: `Bearer ${token}`, "content-type": "application/json" },
);
const port = await waitUntilActive(roomId);
console.log(`send the players of ${roomId} to ${port.host}:${port.port} ${port.transportType}`);
console.log(await greet(port));
