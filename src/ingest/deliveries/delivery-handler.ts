import { settle } from "../../broker/consume/settlement.ts";
import type { DeliveryHandler } from "../../broker/message-source.ts";
import { outcomesOf } from "../progress/message-progress.ts";
import type { Submit } from "../progress/submit.ts";
import { deliveryMessage, type ReadDelivery } from "./delivery-message.ts";

/** Returns the handler to give to a message source: it submits each delivery, and turns the answer into a settlement. */
export function createDeliveryHandler(submit: Submit, read: ReadDelivery): DeliveryHandler {
  return async (delivery) => {
    const answer = await submit(deliveryMessage(delivery, read, delivery.redelivered));
    return answer.kind === "spooled" ? "ack" : settle(outcomesOf(answer.progress));
  };
}
