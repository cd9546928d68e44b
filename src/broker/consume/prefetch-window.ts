export interface WindowLimits {
  /** The most messages that may be held. */
  readonly maxMessages: number;
  /** About how many bytes of bodies may be held. One message is always allowed, whatever its size. */
  readonly maxBytes: number;
  /** The longest body that is kept whole, in bytes. */
  readonly longestBytes: number;
}

/**
 * Decides how many messages may be held, from the sizes of those that have come: AMQP's prefetch counts messages alone.
 *
 * It begins with as many as fit if all are of the longest size. The window grows when that many have turned out to be smaller, and
 * shrinks with the first one that is too large for it. After that it grows again only when such a message has not come for a
 * while, so that a mix of sizes does not change it all the time.
 */
export class PrefetchWindow {
  readonly #limits: WindowLimits;
  #messages: number;
  /** How many messages have come since this span began. */
  #count = 0;
  /** The length of a span. The first one is short, so that the window soon grows where messages are small. */
  #span: number;
  /** The longest bodies of this span and of the last one. */
  #longest = 0;
  #longestBefore = 0;

  constructor(limits: WindowLimits) {
    this.#limits = limits;
    this.#messages = this.#fitting(limits.longestBytes);
    this.#span = this.#messages;
  }

  /** The most messages that may ever be held. */
  get maxMessages(): number {
    return this.#limits.maxMessages;
  }

  /** How many messages may be held now. */
  get messages(): number {
    return this.#messages;
  }

  /** Notes the body of a message that has come. @returns true if the window has changed. */
  came(bytes: number): boolean {
    this.#longest = Math.max(this.#longest, bytes);
    this.#count++;
    const isSpanOver = this.#count >= this.#span;
    const fitting = this.#fitting(Math.max(this.#longest, this.#longestBefore));
    const before = this.#messages;
    if (fitting < before || isSpanOver) this.#messages = fitting;
    if (isSpanOver) {
      this.#longestBefore = this.#longest;
      this.#longest = 0;
      this.#count = 0;
      this.#span = this.#limits.maxMessages;
    }
    return this.#messages !== before;
  }

  /** Returns how many bodies of this length may be held: all, or a power of two, so that it changes rarely. */
  #fitting(bytes: number): number {
    const { maxMessages, maxBytes } = this.#limits;
    const fitting = Math.floor(maxBytes / Math.max(1, bytes));
    if (fitting >= maxMessages) return maxMessages;
    return 2 ** Math.floor(Math.log2(Math.max(1, fitting)));
  }
}
