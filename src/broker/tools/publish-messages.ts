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
  /** The time limit for the broker's confirmation, in milliseconds. A blocked broker accepts nothing. */
  readonly timeoutMs: number;
}

/**
 * The result of publishing.
 *
 * - `refused`: the broker rejected at least one message, for example because a queue is full.
 * - `unroutable`: no queue is bound with this routing key, so nobody would have read the messages.
 * - `timeout`, `lost`: it is unknown whether the broker accepted the messages. Publishing them again does no harm.
 * - `blocked`: the same, and the broker has reported that it is short of memory or disk and accepts no messages now.
 */
export type PublicationEnd = "confirmed" | "refused" | "unroutable" | "timeout" | "blocked" | "lost";

/** How long to wait for the connection to close. A blocked broker does not answer. */
const CLOSE_MS = 2000;

/**
 * Publishes messages unchanged: persistent, mandatory and confirmed. An exchange of this user is declared as a durable topic
 * exchange. Any other exchange must exist.
 *
 * @throws Misuse if the broker cannot be used, or if the exchange does not exist or refuses this user.
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
    // The result is known, so an error while closing does not matter.
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
  let isRefused = false;
  channel.on("nack", () => {
    isRefused = true;
  });
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
  // This rejects at the first message that the broker refuses.
  const confirmed = channel.waitForConfirms().catch((error: unknown) => {
    if (!isRefused) throw error;
  });
  await Promise.race([confirmed, lost]);
  if (isRefused) return "refused";
  return returned > 0 ? "unroutable" : "confirmed";
}

/** Rejects with the broker's reason when it closes the channel, e.g. because this user may not publish or a message is too large. */
function endOf(channel: ConfirmChannel): Promise<never> {
  const end = new Promise<never>((_resolve, reject) => {
    channel.on("error", reject);
  });
  // It may reject when nothing awaits it any more.
  end.catch(() => undefined);
  return end;
}

function asMisuse(error: unknown, { url, exchange }: Publication): unknown {
  const code = errorCode(error);
  const user = brokerUser(url);
  if (code === "404") {
    return new Misuse([
      `there is no exchange ${exchange}; a missing exchange is created only under your own name: exchange/${user}/...`,
    ]);
  }
  if (code === "403") return new Misuse([`user ${user} may not publish to ${exchange}`]);
  // An oversize message and an exchange of another type cause the same code, but different texts.
  const [, tooLong] = /PRECONDITION_FAILED - (message size.*)"/.exec(String(error)) ?? [];
  if (tooLong !== undefined) {
    return new Misuse([
      `the broker refuses a message, and perhaps others: ${tooLong}; publish fewer jobs in one message`,
    ]);
  }
  if (code === "406") return new Misuse([`${exchange} already exists, but is not a durable topic exchange`]);
  return error;
}
