/** The origin of a job: a Pulse delivery or a REST request. */
export type Origin = PulseOrigin | RestOrigin;

/** A delivery from a Pulse exchange. */
export interface PulseOrigin {
  readonly kind: "pulse";
  readonly exchange: string;
  readonly routingKey: string;
  /** Never part of a message's identity, because a redelivery is the same message. */
  readonly redelivered: boolean;
}

/** A request to the REST API, signed by a client. */
export interface RestOrigin {
  readonly kind: "rest";
  readonly clientId: string;
  /** The path of the collection, such as `/api/project/try/jobs/`. */
  readonly endpoint: string;
}

/** The part of an origin that is the same for all deliveries of one message, in the form in which it is stored and printed. */
export type StoredRoute =
  | { readonly origin: "pulse"; readonly exchange: string; readonly routing_key: string }
  | { readonly origin: "rest"; readonly client_id: string; readonly endpoint: string };

/** An origin in the form in which it is stored with a transition and printed. */
export type StoredOrigin =
  | {
      readonly origin: "pulse";
      readonly exchange: string;
      readonly routing_key: string;
      readonly redelivered: boolean;
    }
  | { readonly origin: "rest"; readonly client_id: string; readonly endpoint: string };

export function toStoredOrigin(origin: Origin): StoredOrigin {
  if (origin.kind === "rest") return toRestRoute(origin);
  const { exchange, routingKey, redelivered } = origin;
  return { origin: "pulse", exchange, routing_key: routingKey, redelivered };
}

export function toStoredRoute(origin: Origin): StoredRoute {
  if (origin.kind === "rest") return toRestRoute(origin);
  return { origin: "pulse", exchange: origin.exchange, routing_key: origin.routingKey };
}

/** Returns the origin of a message that is written again from the store. It is treated as delivered for the first time. */
export function fromStoredRoute(stored: StoredRoute): Origin {
  return stored.origin === "rest"
    ? { kind: "rest", clientId: stored.client_id, endpoint: stored.endpoint }
    : { kind: "pulse", exchange: stored.exchange, routingKey: stored.routing_key, redelivered: false };
}

function toRestRoute({ clientId, endpoint }: RestOrigin) {
  return { origin: "rest", client_id: clientId, endpoint } as const;
}

/** Describes a stored origin for people. */
export function originInWords(stored: StoredRoute): string {
  return stored.origin === "rest"
    ? `client ${stored.client_id}, ${stored.endpoint}`
    : `${stored.exchange}, routing key ${stored.routing_key}`;
}

/**
 * Returns the name of a job's sender: its exchange, or `client:` and the client's id. Senders with the same name share limits
 * and turns.
 */
export function senderOf(origin: Origin): string {
  return origin.kind === "rest" ? clientName(origin.clientId) : exchangeSender(origin.exchange);
}

/** Returns the name of the sender of a stored origin. An origin without a kind is from Pulse. */
export function storedSenderOf(stored: StoredRoute): string {
  return stored.origin === "rest" ? clientName(stored.client_id) : exchangeSender(stored.exchange);
}

const CLIENT = "client:";

/**
 * Returns the sender name of an exchange. It is the exchange's own name, unless that looks like the name of a client. The registry
 * refuses such an exchange, but somebody may bind one to a listed exchange, and it must not use up the limits of a client.
 */
export function exchangeSender(exchange: string): string {
  return isClient(exchange) ? `exchange:${exchange}` : exchange;
}

/** Returns the sender name of a client; see {@link senderOf}. */
export function clientName(clientId: string): string {
  return `${CLIENT}${clientId}`;
}

/** Returns the client id in the sender name of a client. */
export function clientIdOf(sender: string): string {
  return sender.slice(CLIENT.length);
}

/** Returns whether a sender's name is that of a REST client. */
export function isClient(sender: string): boolean {
  return sender.startsWith(CLIENT);
}
