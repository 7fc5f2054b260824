// What game backends were told to write, and wrote: create a room, then ask each second until it is active.
const { HATHORA_ENDPOINT, HATHORA_APP_ID, HATHORA_TOKEN } = process.env;

async function createRoom(region, roomConfig) {
  const response = await fetch(`${HATHORA_ENDPOINT}/rooms/v2/${HATHORA_APP_ID}/create`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${HATHORA_TOKEN}` },
    body: JSON.stringify({ region, roomConfig }),
  });
  if (!response.ok) {
    throw new Error(`could not create a room: ${response.status} ${await response.text()}`);
  }
  return (await response.json()).roomId;
}

async function waitForRoom(roomId) {
  for (;;) {
    const response = await fetch(`${HATHORA_ENDPOINT}/rooms/v2/${HATHORA_APP_ID}/connectioninfo/${roomId}`);
    const connectionInfo = await response.json();
    if (connectionInfo.status === "active") {
      return connectionInfo;
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

const roomId = await createRoom("Washington_DC", process.argv[2]);
console.log(roomId);
const { exposedPort } = await waitForRoom(roomId);
console.log(`${exposedPort.host}:${exposedPort.port}`);
