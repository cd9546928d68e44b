import type { Settlement } from "../../domain/delivery.ts";

/** A settlement to send to the broker. If `multiple` is true, it covers all unsettled deliveries up to this tag. */
export type Settling =
  | { readonly kind: "ack"; readonly tag: number; readonly multiple: boolean }
  | { readonly kind: "nack"; readonly tag: number };

interface Held {
  readonly tag: number;
  readonly sinceMs: number;
  /** `sent`: the settlement has been sent, and the entry is dropped once all entries before it are sent too. */
  state: "open" | Settlement | "sent";
}

/** If the oldest delivery has been held for longer than this, later ones are acknowledged without waiting for it. */
const PATIENCE_MS = 1000;

/**
 * The unsettled deliveries of one channel, in the order of their tags. They are settled with as few acknowledgements as
 * possible. Deliveries that go back to the queue are settled first and one by one, so that no `multiple` covers them.
 */
export class AckWindow {
  #held: Held[] = [];
  /** The entries whose settlement has not been sent. */
  readonly #unsent = new Map<number, Held>();

  /** Adds a delivery. @param tag - its delivery tag, greater than all earlier ones of the channel. */
  delivered(tag: number, nowMs: number): void {
    const held: Held = { tag, sinceMs: nowMs, state: "open" };
    this.#held.push(held);
    this.#unsent.set(tag, held);
  }

  /** Records the settlement of a delivery, which is sent later. @throws Error if the tag is not open: a bug in the caller. */
  settled(tag: number, settlement: Settlement): void {
    const held = this.#unsent.get(tag);
    if (held === undefined || held.state !== "open") throw new Error(`delivery tag ${tag} is not open`);
    held.state = settlement;
  }

  /** The number of deliveries whose settlement has not been sent to the broker. */
  get size(): number {
    return this.#unsent.size;
  }

  /** Returns whether the settlement of any delivery up to this tag has not been sent to the broker. */
  holdsUpTo(tag: number): boolean {
    const head = this.#held[0];
    return head !== undefined && head.tag <= tag;
  }

  /** The age of the oldest unsettled delivery, in milliseconds; 0 if there is none. */
  oldestMs(nowMs: number): number {
    const head = this.#held[0];
    return head === undefined ? 0 : nowMs - head.sinceMs;
  }

  /** Returns the settlements that may be sent now, and marks them as sent. */
  take(nowMs: number): Settling[] {
    const nacks = this.#held.filter(isIn("requeue")).map((held) => this.#sentNack(held));
    const prefix = this.#ackPrefix();
    const head = this.#held.find((held) => held.state !== "sent");
    const isLate = head !== undefined && nowMs - head.sinceMs > PATIENCE_MS;
    const singly = isLate ? this.#held.filter(isIn("ack")).map((held) => this.#sentAck(held)) : [];
    this.#dropSent();
    return [...nacks, ...prefix, ...singly];
  }

  /** Returns one acknowledgement for all deliveries to acknowledge before the first open one. */
  #ackPrefix(): Settling[] {
    const open = this.#held.findIndex(isIn("open"));
    const acked = (open === -1 ? this.#held : this.#held.slice(0, open)).filter(isIn("ack"));
    const last = acked.at(-1);
    for (const held of acked) this.#noteSent(held);
    return last === undefined ? [] : [{ kind: "ack", tag: last.tag, multiple: acked.length > 1 }];
  }

  #dropSent(): void {
    let count = 0;
    while (this.#held[count]?.state === "sent") count++;
    this.#held.splice(0, count);
  }

  #sentAck(held: Held): Settling {
    this.#noteSent(held);
    return { kind: "ack", tag: held.tag, multiple: false };
  }

  #sentNack(held: Held): Settling {
    this.#noteSent(held);
    return { kind: "nack", tag: held.tag };
  }

  #noteSent(held: Held): void {
    held.state = "sent";
    this.#unsent.delete(held.tag);
  }
}

function isIn(state: Held["state"]): (held: Held) => boolean {
  return (held) => held.state === state;
}
