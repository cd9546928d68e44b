import type { Delivery, Settlement } from "../domain/delivery.ts";

/** Handles a delivery, and resolves with its settlement once everything that it caused is durable. Never rejects. */
export type DeliveryHandler = (delivery: Delivery) => Promise<Settlement>;

/** An exchange of the registry, with the routing keys that are bound. */
export interface ListedExchange {
  readonly exchange: string;
  readonly routingKeys: readonly string[];
}

/** An exchange that could not be bound. */
export interface DegradedExchange {
  readonly exchange: string;
  readonly reason: string;
}

/** The state of a source at this moment, without passwords. */
export interface SourceState {
  /** Whether there is a connection to the broker. The queue may not be declared and bound yet. */
  readonly connected: boolean;
  /** Whether deliveries can arrive. */
  readonly consuming: boolean;
  /** The full name of the queue; null if it is not declared yet. */
  readonly queue: string | null;
  /** How many bindings are in force, without those of degraded exchanges; 0 before the first pass. */
  readonly bindings: number;
  readonly degraded: readonly DegradedExchange[];
  /** All exchanges of the registry in force, including degraded ones. */
  readonly exchanges: readonly ListedExchange[];
  /** How many bindings left the registry and are still there, because they are too many or another worker wants them. */
  readonly left: number;
  /** How often it has consumed again after a loss. */
  readonly reconnects: number;
  /** How often the queue was gone, so that the messages in it were lost, and was declared again. */
  readonly queuesLost: number;
  /** How long no deliveries could arrive, in milliseconds, since the loss or the start; null if they can. */
  readonly lostSinceMs: number | null;
  /** How many deliveries are not settled yet. */
  readonly unsettled: number;
  /** How long the oldest of them has been here, in milliseconds; 0 if there is none. */
  readonly oldestMs: number;
  /** How many deliveries are in progress whose channel is lost, so that they cannot be returned to the queue. */
  readonly stranded: number;
}

/** How many messages wait in the queue, and how many consumers it has. */
export interface QueueDepth {
  /** The queue's full name. */
  readonly queue: string;
  /** Messages that are ready to be delivered, without those that consumers hold unacknowledged. */
  readonly messages: number;
  readonly consumers: number;
}

/** The source of deliveries, to which settlements are sent. */
export interface MessageSource {
  state(): SourceState;
  /** Asks the broker for the depth; null if nothing is consumed now, or the connection is lost meanwhile. */
  queueDepth(): Promise<QueueDepth | null>;
  /** To be called when another registry is in force. It is applied at once, or as soon as the broker is back. */
  registryChanged(): void;
  /** Cancels consuming, and resolves once no more deliveries can arrive. Those that arrive meanwhile are returned. */
  stopConsuming(): Promise<void>;
  /** Sends the settlements that are due, then closes channel and connection. */
  close(): Promise<void>;
}
