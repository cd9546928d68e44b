import type { Spool } from "../../spool/open-spool.ts";
import type { SpooledDelivery } from "../../spool/spool-row.ts";
import { deliveryMessage, type ReadDelivery } from "../deliveries/delivery-message.ts";
import { begin, type MessageProgress } from "../progress/message-progress.ts";

/** A spool, and how the deliveries that come out of it become messages again. */
export class SpooledMessages {
  readonly spool: Spool;
  readonly #read: ReadDelivery;

  constructor(spool: Spool, read: ReadDelivery) {
    this.spool = spool;
    this.#read = read;
  }

  /**
   * Returns a delivery out of the spool as a message that has just begun.
   *
   * @param isSuspect - whether it may have killed a worker.
   */
  begin({ delivery, jobs }: SpooledDelivery, isSuspect: boolean): MessageProgress {
    return begin(deliveryMessage(delivery, this.#read, isSuspect), jobs);
  }
}
