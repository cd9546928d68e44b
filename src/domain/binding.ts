/** A rule that makes an exchange pass messages with a routing key to a queue. */
export interface Binding {
  readonly exchange: string;
  readonly routing_key: string;
}

/** Returns a map key for a binding. Equal bindings have equal keys. */
export function keyOf({ exchange, routing_key }: Binding): string {
  return JSON.stringify([exchange, routing_key]);
}

/** A set of bindings, of which there may be tens of thousands. */
export class BindingSet {
  // Grouped by exchange, to avoid building a key for each binding.
  readonly #keys = new Map<string, Set<string>>();

  constructor(bindings: readonly Binding[]) {
    for (const binding of bindings) this.add(binding);
  }

  has({ exchange, routing_key }: Binding): boolean {
    return this.#keys.get(exchange)?.has(routing_key) ?? false;
  }

  /** Adds a binding. @returns false if the set already contained it. */
  add(binding: Binding): boolean {
    if (this.has(binding)) return false;
    const keys = this.#keys.get(binding.exchange);
    if (keys === undefined) this.#keys.set(binding.exchange, new Set([binding.routing_key]));
    else keys.add(binding.routing_key);
    return true;
  }
}
