import { settle } from "../../broker/consume/settlement.ts";
import type { DeliveryHandler } from "../../broker/message-source.ts";
import { pause } from "../../timing/pause.ts";
import { hasFailed, outcomesOf } from "../progress/message-progress.ts";
import type { Submit } from "../progress/submit.ts";
import { deliveryMessage, type ReadDelivery } from "./delivery-message.ts";

/** How long a redelivered message that fails because of a bug is kept before it is returned to the queue. */
const REPEATED_BUG_MS = 1000;

/** Creates the delivery handler for a message source. It submits each delivery, and turns the answer into a settlement. */
export function createDeliveryHandler(submit: Submit, read: ReadDelivery): DeliveryHandler {
  return async (delivery) => {
    const answer = await submit(deliveryMessage(delivery, read, delivery.redelivered));
    if (answer.kind === "spooled") return "ack";
    // The broker redelivers immediately. Without the pause, a message that cannot even be rejected would come back in a tight loop.
    if (delivery.redelivered && hasFailed(answer.progress)) await pause(REPEATED_BUG_MS, undefined, false);
    return settle(outcomesOf(answer.progress));
  };
}
