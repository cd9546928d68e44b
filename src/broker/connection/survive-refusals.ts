import type { Channel } from "amqplib";

/**
 * Lets a channel say "no" without ending the process. The broker closes the channel with its "no", which amqplib reports
 * twice: as the rejection of the call, and as an `error` event. Whoever made the call handles the rejection, but an
 * `error` event without a listener would be thrown.
 */
export function surviveRefusals(channel: Pick<Channel, "on">): void {
  channel.on("error", () => undefined);
}
