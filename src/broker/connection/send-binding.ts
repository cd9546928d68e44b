import type { Channel } from "amqplib";

/** The part of an amqplib channel that is used here but does not belong to its public API. */
interface FrameSender {
  /** Sends a method without waiting for an answer. */
  sendImmediately(method: number, fields: Readonly<Record<string, unknown>>): unknown;
}

/** `queue.bind`: class 50, method 20 (AMQP 0-9-1, section 1.7.2). */
const QUEUE_BIND = (50 << 16) | 20;

/**
 * Asks the broker to bind a queue to an exchange, and requests no answer (`no-wait`). Many such requests can be pending on a
 * channel, whereas amqplib's own `bindQueue` waits for the answer to each. The broker executes them in order, so all of them are
 * done once it has answered a later call. If it refuses one, it closes the channel, and the later call fails.
 *
 * @throws Error if this version of the driver has other internals.
 */
export function sendBinding(channel: Channel, queue: string, exchange: string, routingKey: string): void {
  const fields = { ticket: 0, queue, exchange, routingKey, nowait: true, arguments: {} };
  frameSender(channel).sendImmediately(QUEUE_BIND, fields);
}

function frameSender(channel: unknown): FrameSender {
  if (isFrameSender(channel)) return channel;
  throw new Error("this version of amqplib sends methods in another way; send-binding.ts must follow it");
}

function isFrameSender(channel: unknown): channel is FrameSender {
  return (
    typeof channel === "object" &&
    channel !== null &&
    "sendImmediately" in channel &&
    typeof channel.sendImmediately === "function"
  );
}
