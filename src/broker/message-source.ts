import type { Delivery, Settlement } from "../domain/delivery.ts";

/** Takes a delivery and says, once everything it caused is durable, how it is to be settled. Never rejects. */
export type DeliveryHandler = (delivery: Delivery) => Promise<Settlement>;

/** What the registry lists of an exchange. */
export interface ListedExchange {
  readonly exchange: string;
  readonly routingKeys: readonly string[];
}

/** An exchange that could not be bound. */
export interface DegradedExchange {
  readonly exchange: string;
  readonly reason: string;
}

/** How a source fares at this moment; without passwords. */
export interface SourceState {
  /** There is a connection to the broker; it may still be declaring and binding. */
  readonly connected: boolean;
  /** Deliveries can come. */
  readonly consuming: boolean;
  /** Full name of the queue; null: not declared yet. */
  readonly queue: string | null;
  /** Bindings in force, those of degraded exchanges not counted; 0 before the first time. */
  readonly bindings: number;
  readonly degraded: readonly DegradedExchange[];
  /** Of the registry in force, degraded ones included. */
  readonly exchanges: readonly ListedExchange[];
  /** Bindings that left the registry and are there still: the guard, or another worker, keeps them. */
  readonly left: number;
  /** How often it consumed again after a loss. */
  readonly reconnects: number;
  /** How often the queue was gone and had to be made anew, with what was in it lost. */
  readonly queuesLost: number;
  /** How long no deliveries could come, in milliseconds: since the loss, or since the start; null: they can. */
  readonly lostSinceMs: number | null;
  /** Deliveries that the broker has not heard of yet. */
  readonly unsettled: number;
  /** How long the oldest of them has been here, in milliseconds; 0: there is none. */
  readonly oldestMs: number;
  /** Deliveries in work whose channel is lost: they cannot be handed back. */
  readonly stranded: number;
}

/** What waits in the queue, and who else consumes from it. */
export interface QueueDepth {
  /** The queue's full name. */
  readonly queue: string;
  /** Ready to be delivered; those that are held unacknowledged by consumers are not counted. */
  readonly messages: number;
  readonly consumers: number;
}

/** Where deliveries come from and settlements go. */
export interface MessageSource {
  state(): SourceState;
  /** Asks the broker; null: not consuming, or lost meanwhile. Disturbs no delivery. */
  queueDepth(): Promise<QueueDepth | null>;
  /** The registry in force is another one now: applied at once, or as soon as the broker is back. */
  registryChanged(): void;
  /** Cancels consuming; resolves once no more deliveries will come. What arrives meanwhile is handed back. */
  stopConsuming(): Promise<void>;
  /** Sends what settlements there are, then closes channel and connection. */
  close(): Promise<void>;
}
