import type { Settlement } from "../../domain/delivery.ts";

/** A settlement to send to the broker. With `multiple` it covers all unsettled tags up to its own. */
export type Settling =
  | { readonly kind: "ack"; readonly tag: number; readonly multiple: boolean }
  | { readonly kind: "nack"; readonly tag: number };

interface Held {
  readonly tag: number;
  readonly sinceMs: number;
  /** `sent`: the broker has been told; the entry only waits for those before it. */
  state: "open" | Settlement | "sent";
}

/** When the oldest delivery is older than this, those after it are acknowledged without waiting for it. */
const PATIENCE_MS = 1000;

/**
 * The unsettled deliveries of one channel, in the order of their tags. It settles them with as few acknowledgements as
 * possible. Deliveries that are returned to the queue are sent one by one and first, so that no `multiple` covers them.
 */
export class AckWindow {
  #held: Held[] = [];
  readonly #byTag = new Map<number, Held>();

  /** Notes a delivery. @param tag - greater than all before it, as a channel counts them. */
  delivered(tag: number, nowMs: number): void {
    const held: Held = { tag, sinceMs: nowMs, state: "open" };
    this.#held.push(held);
    this.#byTag.set(tag, held);
  }

  /** Notes how a delivery ended. @throws Error for a tag that is not open, which is a bug of the caller. */
  settled(tag: number, settlement: Settlement): void {
    const held = this.#byTag.get(tag);
    if (held === undefined || held.state !== "open") throw new Error(`delivery tag ${tag} is not open`);
    held.state = settlement;
  }

  /** How many deliveries are not settled at the broker. */
  get size(): number {
    return this.#byTag.size;
  }

  /** Returns whether a delivery up to this tag is not settled at the broker. */
  holdsUpTo(tag: number): boolean {
    const head = this.#held[0];
    return head !== undefined && head.tag <= tag;
  }

  /** How long the oldest of them has been here, in milliseconds; 0 if there is none. */
  oldestMs(nowMs: number): number {
    const head = this.#held[0];
    return head === undefined ? 0 : nowMs - head.sinceMs;
  }

  /** Returns the settlements that may be sent now, and treats them as sent. */
  take(nowMs: number): Settling[] {
    const nacks = this.#held
      .filter(isIn("requeue"))
      .map((held) => sent(held, { kind: "nack", tag: held.tag }));
    const prefix = this.#ackPrefix();
    const head = this.#held.find((held) => held.state !== "sent");
    const isLate = head !== undefined && nowMs - head.sinceMs > PATIENCE_MS;
    const singly = isLate ? this.#held.filter(isIn("ack")).map(ackOf) : [];
    this.#dropSent();
    return [...nacks, ...prefix, ...singly];
  }

  /** One acknowledgement for all deliveries that have ended before the first open one. */
  #ackPrefix(): Settling[] {
    const open = this.#held.findIndex(isIn("open"));
    const acked = (open === -1 ? this.#held : this.#held.slice(0, open)).filter(isIn("ack"));
    const last = acked.at(-1);
    for (const held of acked) held.state = "sent";
    return last === undefined ? [] : [{ kind: "ack", tag: last.tag, multiple: acked.length > 1 }];
  }

  #dropSent(): void {
    let count = 0;
    while (this.#held[count]?.state === "sent") count++;
    for (const held of this.#held.splice(0, count)) this.#byTag.delete(held.tag);
  }
}

function isIn(state: Held["state"]): (held: Held) => boolean {
  return (held) => held.state === state;
}

function ackOf(held: Held): Settling {
  return sent(held, { kind: "ack", tag: held.tag, multiple: false });
}

function sent(held: Held, settling: Settling): Settling {
  held.state = "sent";
  return settling;
}
