import { connect } from "amqplib";
import { Misuse } from "../domain/faults.ts";

export interface Publication {
  readonly url: string;
  readonly exchange: string;
  readonly routingKey: string;
  readonly bodies: readonly Buffer[];
  /** How long the broker may take to confirm, in milliseconds; it takes nothing while it is blocked. */
  readonly timeoutMs: number;
}

/** `unroutable`: no queue is bound with this routing key, so that nobody would have read it. */
export type PublicationEnd = "confirmed" | "unroutable" | "timeout";

/**
 * Publishes messages as they are: persistent, mandatory, confirmed. The exchange is declared (topic, durable) only
 * where it is the user's own; else it must exist.
 *
 * @throws Misuse for an exchange that does not exist or may not be written to.
 */
export async function publishMessages(publication: Publication): Promise<PublicationEnd> {
  const { url, exchange, routingKey, bodies, timeoutMs } = publication;
  const connection = await connect(url, { timeout: timeoutMs });
  // Heard here, so that it ends no process; what it is about comes as a rejection below.
  connection.on("error", () => undefined);
  try {
    const channel = await connection.createConfirmChannel();
    channel.on("error", () => undefined);
    const own = `exchange/${decodeURIComponent(new URL(url).username)}/`;
    if (exchange.startsWith(own)) await channel.assertExchange(exchange, "topic", { durable: true });
    else await channel.checkExchange(exchange);
    let returned = 0;
    channel.on("return", () => {
      returned++;
    });
    for (const body of bodies) {
      const properties = {
        contentType: "application/json",
        contentEncoding: "utf-8",
        deliveryMode: 2,
        mandatory: true,
      };
      channel.publish(exchange, routingKey, body, properties);
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<"timeout">((resolve) => {
      timer = setTimeout(() => resolve("timeout"), timeoutMs);
    });
    const confirmed = await Promise.race([channel.waitForConfirms().then(() => "confirmed" as const), late]);
    clearTimeout(timer);
    return confirmed === "confirmed" && returned > 0 ? "unroutable" : confirmed;
  } catch (error) {
    throw asMisuse(error, exchange);
  } finally {
    // The result is known; an end that fails adds nothing to it.
    await connection.close().catch(() => undefined);
  }
}

function asMisuse(error: unknown, exchange: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === 404)
    return new Misuse([`there is no exchange ${exchange}; only those under exchange/<own user>/ are made`]);
  if (code === 403) return new Misuse([`this user may not publish to ${exchange}`]);
  return error;
}
