import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import { afterEach, expect, it, jest } from "@jest/globals";
import { connect } from "amqplib";
import { brokerTrouble } from "../../../src/broker/connection/broker-trouble.ts";
import { publishMessages } from "../../../src/broker/tools/publish-messages.ts";
import { Misuse } from "../../../src/domain/faults.ts";
import { openBrokerDoor } from "../../doubles/broker-door.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { sharedRabbitmq } from "../../servers/shared-servers.ts";

jest.setTimeout(180_000);
const broker = await serverOrSkip(sharedRabbitmq);

const MARK = randomUUID();
const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** Returns the address of a door that acts when the message arrives. */
async function aDoorThat(onMessage: (near: Socket, far: Socket) => void): Promise<string> {
  const door = await openBrokerDoor(broker.server().url, MARK, onMessage);
  open.push(door.close);
  return door.url;
}

const aPublication = (url: string, timeoutMs: number) => ({
  url,
  exchange: `exchange/guest/${randomUUID()}`,
  routingKey: "a.key",
  bodies: [Buffer.from(MARK)],
  timeoutMs,
});

broker.describe(`publishing to ${broker.name}`, () => {
  it("reports a broker that accepts nothing when the time is up, and does not wait for it at the end", async () => {
    const url = await aDoorThat((near) => near.pause());
    expect(await publishMessages(aPublication(url, 4000))).toBe("timeout");
  });

  it("reports a connection that was lost before the broker confirmed", async () => {
    const url = await aDoorThat((near, far) => {
      near.destroy();
      far.destroy();
    });
    expect(await publishMessages(aPublication(url, 30_000))).toBe("lost");
  });

  it("reports that the broker did not accept a message because a queue was full", async () => {
    const { url } = broker.server();
    const publication = aPublication(url, 30_000);
    const { exchange } = publication;
    const connection = await connect(url);
    const channel = await connection.createChannel();
    await channel.assertExchange(exchange, "topic", { durable: true });
    const full = { "x-max-length": 1, "x-overflow": "reject-publish" };
    const { queue } = await channel.assertQueue("", { exclusive: true, arguments: full });
    await channel.bindQueue(queue, exchange, "#");
    const bodies = Array.from({ length: 20 }, () => Buffer.from(MARK));
    expect(await publishMessages({ ...publication, bodies })).toBe("refused");
    await channel.deleteExchange(exchange);
    await connection.close();
  });

  it("reports a message that is longer than the broker accepts", async () => {
    // Series 3 accepts at most 128 MiB; series 4 accepts 16.
    const bodies = [Buffer.alloc(128 * 1024 * 1024 + 1, "x")];
    const error: unknown = await publishMessages({
      ...aPublication(broker.server().url, 30_000),
      bodies,
    }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(Misuse);
    expect(String(error)).toMatch(
      /the broker refuses a message.*: message size 134217729.*; publish fewer jobs/,
    );
  });

  const trouble = async (change: (url: URL) => void): Promise<string> => {
    const url = new URL(broker.server().url);
    change(url);
    const error: unknown = await publishMessages(aPublication(url.href, 30_000)).catch((e: unknown) => e);
    if (!(error instanceof Misuse)) throw new Error(`no mistake: ${String(error)}`);
    expect(error.message).not.toContain("secret");
    return error.message;
  };

  it.each<[string, (url: URL) => void, RegExp]>([
    [
      "a wrong password",
      (url) => Object.assign(url, { password: "secret" }),
      /it rejects user guest with this password/,
    ],
    [
      "a vhost that does not exist",
      (url) => Object.assign(url, { pathname: "/no%2Fne" }),
      /no vhost no\/ne, or user guest/,
    ],
    [
      "a port nobody listens on",
      (url) => Object.assign(url, { port: "1" }),
      /nothing is listening at 127\.0\.0\.1:1:/,
    ],
    [
      "a host that does not exist",
      (url) => Object.assign(url, { hostname: "no.invalid" }),
      /the host name no\.invalid cannot be resolved/,
    ],
    ["TLS on a port without TLS", (url) => Object.assign(url, { protocol: "amqps:" }), /does not speak TLS/],
  ])("reports %s, and which setting to fix", async (_case, change, words) => {
    const message = await trouble(change);
    expect(message).toMatch(words);
    expect(message).toMatch(/; see AMQP_URL$/);
  });
});

it.each([
  ["amqp://localhost", "localhost:5672"],
  ["amqps://localhost", "localhost:5671"],
  ["amqp://localhost?ssl=1", "localhost:5671"],
  ["amqp://[::1]:1/%2F", "[::1]:1"],
])("names the port also if the address leaves it out (%s)", (url, place) => {
  const error = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
  expect(brokerTrouble(error, url)).toContain(`nothing is listening at ${place}: `);
});

it("reports the driver's own message on an unknown error, without the password", () => {
  const error = new Error("odd: amqp://user:secret@host\n");
  expect(brokerTrouble(error, "amqp://user:secret@host")).toBe("odd: amqp://user:***@host; see AMQP_URL");
});
