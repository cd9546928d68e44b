import type { Settlement } from "../domain/delivery.ts";

/** What is to be sent to the broker. A `multiple` covers every tag up to its own that is not settled yet. */
export type Settling =
  | { readonly kind: "ack"; readonly tag: number; readonly multiple: boolean }
  | { readonly kind: "nack"; readonly tag: number };

interface Held {
  readonly tag: number;
  readonly sinceMs: number;
  /** `sent`: the broker knows already; the tag only waits for those before it. */
  state: "open" | "ack" | "sent";
}

/** A head that is older no longer keeps what has ended behind it waiting. */
const PATIENCE_MS = 1000;

/**
 * The unsettled deliveries of one channel, in the order of their tags, and the fewest acknowledgements that are
 * allowed. What is handed back goes out singly and at once, so that no `multiple` ever passes over it.
 */
export class AckWindow {
  #held: Held[] = [];
  readonly #byTag = new Map<number, Held>();

  /** @param tag - greater than those before, as a channel counts them. */
  delivered(tag: number, nowMs: number): void {
    const held: Held = { tag, sinceMs: nowMs, state: "open" };
    this.#held.push(held);
    this.#byTag.set(tag, held);
  }

  /** Notes how a delivery ended, and gives what may be sent now. A tag that is not open is a bug of the caller's. */
  settled(tag: number, settlement: Settlement, nowMs: number): Settling[] {
    const held = this.#byTag.get(tag);
    if (held === undefined || held.state !== "open") throw new Error(`delivery tag ${tag} is not open`);
    if (settlement === "requeue") {
      held.state = "sent";
      this.#dropSent();
      // It may have been the head that the others waited for.
      return [{ kind: "nack", tag }, ...this.#ackPrefix()];
    }
    held.state = "ack";
    const head = this.#held[0];
    if (head?.state === "open") {
      if (nowMs - head.sinceMs <= PATIENCE_MS) return [];
      return this.#ackSingly();
    }
    return this.#ackPrefix();
  }

  /** How many deliveries the broker has not heard of. */
  get size(): number {
    return this.#byTag.size;
  }

  /** How long the oldest of them has been here, in milliseconds; 0: there is none. */
  oldestMs(nowMs: number): number {
    const head = this.#held[0];
    return head === undefined ? 0 : nowMs - head.sinceMs;
  }

  #ackPrefix(): Settling[] {
    let last = -1;
    let acked = 0;
    let at = 0;
    for (; at < this.#held.length; at++) {
      const held = this.#held[at];
      if (held === undefined || held.state === "open") break;
      if (held.state === "ack") {
        last = held.tag;
        acked++;
        held.state = "sent";
      }
    }
    this.#dropSent();
    return acked === 0 ? [] : [{ kind: "ack", tag: last, multiple: acked > 1 }];
  }

  #ackSingly(): Settling[] {
    const settlings: Settling[] = [];
    for (const held of this.#held) {
      if (held.state !== "ack") continue;
      held.state = "sent";
      settlings.push({ kind: "ack", tag: held.tag, multiple: false });
    }
    this.#dropSent();
    return settlings;
  }

  #dropSent(): void {
    let count = 0;
    while (this.#held[count]?.state === "sent") count++;
    for (const held of this.#held.slice(0, count)) this.#byTag.delete(held.tag);
    this.#held = this.#held.slice(count);
  }
}
