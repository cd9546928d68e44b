export interface WindowLimits {
  /** The maximum number of messages to hold. */
  readonly maxMessages: number;
  /** The approximate limit for all bodies held, in bytes. One message is always allowed, whatever its size. */
  readonly maxBytes: number;
  /** The longest body that is kept whole, in bytes. */
  readonly longestBytes: number;
}

/**
 * Decides how many messages may be held, from the sizes of the messages that have arrived. It is needed because AMQP's prefetch
 * counts only messages, not bytes.
 *
 * The first window is small enough for messages that all have the maximum size. The window grows after as many messages as it holds
 * have turned out to be smaller, and shrinks as soon as a message arrives that is too large for it. It grows again only when no such
 * message has arrived for a while, so that a mix of sizes does not change it all the time.
 */
export class PrefetchWindow {
  readonly #limits: WindowLimits;
  #messages: number;
  /** The number of messages that have arrived in the current span. */
  #count = 0;
  /** The length of a span, in messages. The first span is short, so that the window soon grows if messages are small. */
  #span: number;
  /** The sizes of the longest bodies in this span and in the previous one. */
  #longest = 0;
  #longestBefore = 0;

  constructor(limits: WindowLimits) {
    this.#limits = limits;
    this.#messages = this.#fitting(limits.longestBytes);
    this.#span = this.#messages;
  }

  /** The largest possible window, in messages. */
  get maxMessages(): number {
    return this.#limits.maxMessages;
  }

  /** The number of messages that may be held now. */
  get messages(): number {
    return this.#messages;
  }

  /** Takes the body size of a message that has arrived into account. @returns true if the window has changed. */
  arrived(bytes: number): boolean {
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

  /** Returns how many bodies of this length may be held: the maximum, or a power of two so that the window changes rarely. */
  #fitting(bytes: number): number {
    const { maxMessages, maxBytes } = this.#limits;
    const fitting = Math.floor(maxBytes / Math.max(1, bytes));
    if (fitting >= maxMessages) return maxMessages;
    return 2 ** Math.floor(Math.log2(Math.max(1, fitting)));
  }
}
