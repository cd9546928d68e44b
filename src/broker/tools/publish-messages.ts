import type { ChannelModel, ConfirmChannel } from "amqplib";
import { errorCode } from "../../domain/error-code.ts";
import { Misuse } from "../../domain/faults.ts";
import { withDeadline } from "../../timing/deadline.ts";
import { brokerUser } from "../connection/broker-address.ts";
import { brokerTrouble } from "../connection/broker-trouble.ts";
import { connectBroker } from "../connection/connect-broker.ts";

export interface Publication {
  readonly url: string;
  readonly exchange: string;
  readonly routingKey: string;
  readonly bodies: readonly Buffer[];
  /** How long the broker may take to confirm, in milliseconds; it takes nothing while it is blocked. */
  readonly timeoutMs: number;
}

/**
 * `unroutable`: no queue is bound with this routing key, so that nobody would have read it.
 * `timeout`, `lost`: nobody knows whether the broker took them; to publish them again does no harm.
 * `blocked`: the same, and the broker has said that it takes none now, being out of memory or disk.
 */
export type PublicationEnd = "confirmed" | "unroutable" | "timeout" | "blocked" | "lost";

/** How long a blocked broker is waited for at the end: it hears no goodbye then. */
const CLOSE_MS = 2000;

/**
 * Publishes messages as they are: persistent, mandatory, confirmed. The exchange is declared (topic, durable) only
 * where it is the user's own; else it must exist.
 *
 * @throws Misuse for a broker that cannot be used, and for an exchange that does not exist or may not be written to.
 */
export async function publishMessages(publication: Publication): Promise<PublicationEnd> {
  const { url, timeoutMs } = publication;
  const hangUp = new AbortController();
  const connection = await connectBroker({
    url,
    name: "pulse-ingest publish",
    timeoutMs,
    hangUp: hangUp.signal,
  }).catch((error: unknown) => {
    throw new Misuse([`the broker cannot be used: ${brokerTrouble(error, url)}`]);
  });
  let isLost = false;
  const lost = new Promise<"lost">((resolve) => {
    for (const event of ["error", "close"]) {
      connection.on(event, () => {
        isLost = true;
        resolve("lost");
      });
    }
  });
  let isBlocked = false;
  connection.on("blocked", () => {
    isBlocked = true;
  });
  connection.on("unblocked", () => {
    isBlocked = false;
  });
  try {
    const published = Promise.race([publishOn(connection, publication), lost]);
    const end = await withDeadline<PublicationEnd>(published, timeoutMs, () => "timeout");
    return end === "timeout" && isBlocked ? "blocked" : end;
  } catch (error) {
    if (isLost) return "lost";
    throw asMisuse(error, publication);
  } finally {
    // The result is known; an end that fails adds nothing to it.
    const closed = connection.close().catch(() => undefined);
    await withDeadline(closed, CLOSE_MS, () => undefined);
    hangUp.abort();
  }
}

async function publishOn(
  connection: ChannelModel,
  { url, exchange, routingKey, bodies }: Publication,
): Promise<PublicationEnd> {
  const channel = await connection.createConfirmChannel();
  const lost = endOf(channel);
  if (exchange.startsWith(`exchange/${brokerUser(url)}/`))
    await channel.assertExchange(exchange, "topic", { durable: true });
  else await channel.checkExchange(exchange);
  let returned = 0;
  channel.on("return", () => {
    returned++;
  });
  const properties = {
    contentType: "application/json",
    contentEncoding: "utf-8",
    deliveryMode: 2,
    mandatory: true,
  };
  for (const body of bodies) channel.publish(exchange, routingKey, body, properties);
  await Promise.race([channel.waitForConfirms(), lost]);
  return returned > 0 ? "unroutable" : "confirmed";
}

/** Rejects when the broker closes the channel, with its reason: what it says to a publication comes in no other way. */
function endOf(channel: ConfirmChannel): Promise<never> {
  const end = new Promise<never>((_resolve, reject) => {
    channel.on("error", reject);
  });
  // It may come when nobody waits any more.
  end.catch(() => undefined);
  return end;
}

function asMisuse(error: unknown, { url, exchange }: Publication): unknown {
  const code = errorCode(error);
  const user = brokerUser(url);
  if (code === "404") {
    return new Misuse([
      `there is no exchange ${exchange}; a missing one is made only under your own name: exchange/${user}/...`,
    ]);
  }
  if (code === "403") return new Misuse([`user ${user} may not publish to ${exchange}`]);
  // The code is the same as for the exchange; the broker's words are all there is to tell one from the other.
  const [, tooLong] = /PRECONDITION_FAILED - (message size.*)"/.exec(String(error)) ?? [];
  if (tooLong !== undefined) {
    return new Misuse([
      `the broker refuses a message, and perhaps others: ${tooLong}; publish fewer jobs in one message`,
    ]);
  }
  if (code === "406") return new Misuse([`${exchange} is there already, but is no durable topic exchange`]);
  return error;
}
