/** A rule by which an exchange passes messages with a routing key to a queue. */
export interface Binding {
  readonly exchange: string;
  readonly routing_key: string;
}

/** Returns a text that is the same for the same binding, to be a key in maps and sets. */
export function keyOf({ exchange, routing_key }: Binding): string {
  return JSON.stringify([exchange, routing_key]);
}
