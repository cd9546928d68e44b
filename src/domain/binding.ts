/** A rule by which an exchange passes messages with a routing key to a queue. */
export interface Binding {
  readonly exchange: string;
  readonly routing_key: string;
}

/** Returns the key of a binding in maps. Equal bindings have equal keys. */
export function keyOf({ exchange, routing_key }: Binding): string {
  return JSON.stringify([exchange, routing_key]);
}

/** A set of bindings, of which there may be tens of thousands. */
export class BindingSet {
  // By exchange, so that no text has to be made for a binding.
  readonly #keys = new Map<string, Set<string>>();

  constructor(bindings: readonly Binding[]) {
    for (const binding of bindings) this.add(binding);
  }

  has({ exchange, routing_key }: Binding): boolean {
    return this.#keys.get(exchange)?.has(routing_key) ?? false;
  }

  /** @returns false if the set had it before. */
  add(binding: Binding): boolean {
    if (this.has(binding)) return false;
    const keys = this.#keys.get(binding.exchange);
    if (keys === undefined) this.#keys.set(binding.exchange, new Set([binding.routing_key]));
    else keys.add(binding.routing_key);
    return true;
  }
}
