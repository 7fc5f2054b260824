// Passes plain HTTP on to the service over TLS, and on request spoils an answer on its way back: the proof that Prism
// would see a breach.
import { createServer } from "node:http";
import { request } from "node:https";
import { once } from "node:events";

/** Starts a relay to an https URL. `spoil`, when set, is called once with the body of the next answer; `passed` is what
 * went through: method, path and status of each. */
export async function startRelay(target) {
  const relay = { spoil: null, passed: [] };
  const server = createServer((asked, answer) => {
    const { host: _, ...headers } = asked.headers;
    const onward = request(new URL(asked.url, target), { method: asked.method, headers }, async (received) => {
      const pieces = [];
      for await (const piece of received) pieces.push(piece);
      let body = Buffer.concat(pieces);
      const fields = { ...received.headers };
      if (relay.spoil) {
        body = Buffer.from(JSON.stringify(relay.spoil(JSON.parse(body))));
        fields["content-length"] = body.length;
        relay.spoil = null;
      }
      relay.passed.push([asked.method, asked.url.split("?")[0], received.statusCode]);
      answer.writeHead(received.statusCode, fields).end(body);
    });
    onward.on("error", (wrong) => answer.destroy(wrong));
    asked.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  relay.url = `http://127.0.0.1:${server.address().port}`;
  relay.close = () => {
    server.closeAllConnections();
    server.close();
  };
  return relay;
}
