import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { expect, it, jest } from "@jest/globals";
import { connectBroker } from "../../../src/broker/connection/connect-broker.ts";
import { declareQueue } from "../../../src/broker/queue/declare-queue.ts";
import { lookAtBroker } from "../../../src/broker/tools/look-at-broker.ts";
import { publishMessages } from "../../../src/broker/tools/publish-messages.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { sharedRabbitmq } from "../../servers/shared-servers.ts";

jest.setTimeout(180_000);
const broker = await serverOrSkip(sharedRabbitmq);

broker.describe(`an address on ${broker.name}`, () => {
  const secret = "pässwörd 🐇@:/?#%";

  it.each([
    ["escaped", encodeURIComponent(secret)],
    ["plain where that is possible", secret.replace(/[ @:/?#%]/g, encodeURIComponent)],
  ])("logs in with a user, a password and a vhost beyond ASCII, %s", async (_how, written) => {
    const { admin, url } = broker.server();
    const user = `bjørn-${randomUUID()}`;
    const vhost = `öst/${randomUUID()}`;
    await admin.addVhost(vhost);
    await admin.addUser(user, secret, { configure: ".*", write: ".*", read: ".*" }, vhost);
    const { host } = new URL(url);
    const address = `amqp://${user}:${written}@${host}/${encodeURIComponent(vhost)}`;
    const hangUp = new AbortController();
    try {
      const connection = await connectBroker({ url: address, name: "test", hangUp: hangUp.signal });
      const channel = await connection.createChannel();
      const { queue } = await declareQueue(connection, channel, address, {
        name: "jobs",
        type: "classic",
        local: false,
      });
      expect(queue).toBe(`queue/${user}/jobs`);
      const look = await lookAtBroker({ url: address, queue, exchanges: [], limitMs: 10_000 });
      expect(look).toMatchObject({ trouble: null, queue: { name: queue, trouble: null } });
      const exchange = `exchange/${user}/jobs`;
      const bodies = [Buffer.from("{}")];
      expect(
        await publishMessages({ url: address, exchange, routingKey: "a", bodies, timeoutMs: 10_000 }),
      ).toBe("unroutable");
      await connection.close();
    } finally {
      hangUp.abort();
      await admin.removeVhost(vhost);
      await admin.request("DELETE", `/api/users/${encodeURIComponent(user)}`);
    }
  });
});

it.each([
  ["amqp", "?ssl=1", true],
  ["amqp", "?ssl=true", true],
  ["amqps", "", true],
  ["amqp", "?ssl=0", false],
  ["amqp", "", false],
])("%s:// with %j speaks TLS from the first byte: %s", async (protocol, query, isTls) => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const came = once(server, "connection").then(async ([socket]: Socket[]) => {
    const [bytes] = socket === undefined ? [] : await once(socket, "data");
    socket?.destroy();
    return bytes as Buffer;
  });
  const url = `${protocol}://guest:secret@127.0.0.1:${address.port}/${query}`;
  const connecting = connectBroker({ url, name: "test", hangUp: new AbortController().signal });
  const [bytes] = await Promise.all([came, expect(connecting).rejects.toThrow()]);
  server.close();
  // A TLS handshake record begins with 22; AMQP begins with its name.
  expect(isTls ? bytes[0] : bytes.subarray(0, 4).toString()).toBe(isTls ? 22 : "AMQP");
});
