import type { Channel } from "amqplib";

/**
 * Keeps the process alive when the broker refuses a call on the channel. A refusal closes the channel, and amqplib reports
 * it twice: as the rejection of the call, and as an `error` event. The caller handles the rejection, but an `error` event
 * without a listener would be thrown.
 */
export function surviveRefusals(channel: Pick<Channel, "on">): void {
  channel.on("error", () => undefined);
}
