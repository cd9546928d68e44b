import type { Delivery, Settlement } from "../domain/delivery.ts";

/** Handles a delivery, and resolves with its settlement once all resulting writes are durable. Never rejects. */
export type DeliveryHandler = (delivery: Delivery) => Promise<Settlement>;

/** An exchange in the registry, with the routing keys to bind. */
export interface ListedExchange {
  readonly exchange: string;
  readonly routingKeys: readonly string[];
}

/** An exchange that could not be bound. */
export interface DegradedExchange {
  readonly exchange: string;
  readonly reason: string;
}

/** The current state of a source, without passwords. */
export interface SourceState {
  /** Whether there is a connection to the broker. The queue need not be declared and bound yet. */
  readonly connected: boolean;
  /** Whether deliveries can arrive. */
  readonly consuming: boolean;
  /** The full name of the queue, or null if it is not declared yet. */
  readonly queue: string | null;
  /** The number of bindings in force, without those of degraded exchanges; 0 before they are made for the first time. */
  readonly bindings: number;
  readonly degraded: readonly DegradedExchange[];
  /** All exchanges of the registry in force, including degraded ones. */
  readonly exchanges: readonly ListedExchange[];
  /** The number of bindings that are no longer in the registry but are kept: they are most of all bindings, or another worker wants them. */
  readonly left: number;
  /** How often consuming was resumed after a loss. */
  readonly reconnects: number;
  /** How often the queue was gone with the messages in it, and had to be declared again. */
  readonly queuesLost: number;
  /** The time since the loss or the start during which no deliveries could arrive, in milliseconds; null if they can arrive now. */
  readonly lostSinceMs: number | null;
  /** The number of deliveries that are not settled at the broker. */
  readonly unsettled: number;
  /** The age of the oldest unsettled delivery, in milliseconds; 0 if there is none. */
  readonly oldestMs: number;
  /** The number of deliveries in progress whose channel is lost, so that they can no longer be settled. */
  readonly stranded: number;
}

/** The number of messages and of consumers that a queue has. */
export interface QueueDepth {
  /** The queue's full name. */
  readonly queue: string;
  /** Messages that are ready to be delivered. Unacknowledged messages are not included. */
  readonly messages: number;
  readonly consumers: number;
}

/** A source of deliveries, which also sends their settlements to the broker. */
export interface MessageSource {
  state(): SourceState;
  /** Asks the broker for the queue's depth. Resolves with null if nothing is consumed now, or the connection is lost before the answer. */
  queueDepth(): Promise<QueueDepth | null>;
  /** Applies a new registry, immediately or as soon as the broker is back. Call it when the registry in force has changed. */
  registryChanged(): void;
  /** Cancels the consumer, and resolves once no more deliveries can arrive. Deliveries that arrive before that go back to the queue. */
  stopConsuming(): Promise<void>;
  /** Sends the settlements that are due, then closes the channel and the connection. */
  close(): Promise<void>;
}
