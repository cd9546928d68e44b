import type { Delivery } from "../../domain/delivery.ts";
import type { Spool } from "../../spool/open-spool.ts";
import { deliveryMessage, type ReadDelivery } from "../deliveries/delivery-message.ts";
import type { Message } from "../progress/message.ts";

/** A spool, and the conversion of its deliveries to messages. */
export class SpooledMessages {
  readonly spool: Spool;
  readonly #read: ReadDelivery;

  constructor(spool: Spool, read: ReadDelivery) {
    this.spool = spool;
    this.#read = read;
  }

  /**
   * Returns a delivery from the spool as a message.
   *
   * @param isSuspect - whether the delivery may have killed a worker.
   */
  toMessage(delivery: Delivery, isSuspect: boolean): Message {
    return deliveryMessage(delivery, this.#read, isSuspect);
  }
}
