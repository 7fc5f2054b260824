// What a game in a browser does with the official client. It tells the page's own server how far it came.
import { HathoraCloud } from "@hathora/cloud-sdk-typescript";

const { endpoint, appId, roomConfig } = JSON.parse(document.getElementById("given").textContent);
const lobby = { visibility: "public", region: "Frankfurt", roomConfig };

function tell(what, fields) {
  return fetch("/told", { method: "POST", body: JSON.stringify({ what, ...fields }) });
}

/** What the caller learns of a refusal. */
async function refusal(call) {
  try {
    await call;
    return undefined;
  } catch ({ name, statusCode, body }) {
    return { name, statusCode, message: body && JSON.parse(body).message };
  }
}

async function play() {
  const client = new HathoraCloud({ serverURL: endpoint, appId });
  const { token } = await client.authV1.loginAnonymous();
  const refusals = [
    await refusal(client.lobbiesV3.createLobby({ playerAuth: "wrong" }, lobby)),
    await refusal(client.roomsV2.createRoom({ region: "Frankfurt" })),
    await refusal(client.roomsV2.getConnectionInfo("missing")),
  ];
  const { roomId } = await client.lobbiesV3.createLobby({ playerAuth: token }, lobby);
  let polls = 0;
  for (;;) {
    const info = await client.roomsV2.getConnectionInfo(roomId);
    if (info.status === "active") {
      const listed = (await client.lobbiesV3.listActivePublicLobbies()).some((each) => each.roomId === roomId);
      await tell("playing", { origin: location.origin, info, listed, refusals });
      return;
    }
    if (++polls === 1) await tell("waiting", { roomId, status: info.status });
    await new Promise((resume) => setTimeout(resume, 50));
  }
}

play().catch((wrong) => tell("failed", { error: String(wrong), cause: String(wrong?.cause) }));
