/** A rule by which an exchange passes messages with a routing key to a queue. */
export interface Binding {
  readonly exchange: string;
  readonly routing_key: string;
}

/** Returns the key of a binding in maps and sets. Equal bindings have equal keys. */
export function keyOf({ exchange, routing_key }: Binding): string {
  // With the length, because either part may hold any character.
  return `${exchange.length}:${exchange}${routing_key}`;
}
