import type { Delivery, Settlement } from "../domain/delivery.ts";

/** Takes a delivery and says, once everything it caused is durable, how it is to be settled. Never rejects. */
export type DeliveryHandler = (delivery: Delivery) => Promise<Settlement>;

/** Where deliveries come from and settlements go. */
export interface MessageSource {
  /** Cancels consuming; resolves once no more deliveries will come. What arrives meanwhile is handed back. */
  stopConsuming(): Promise<void>;
  /** Sends what settlements there are, then closes channel and connection. */
  close(): Promise<void>;
}
