/** Reads the pieces of a stream, and can look ahead. */
export class PieceReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #ahead: Buffer[] = [];

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#pieces = source[Symbol.asyncIterator]();
  }

  /** The first `bytes` bytes of what is left, or more, without taking them; fewer only if there are no more. */
  async peek(bytes: number): Promise<Buffer> {
    let length = this.#ahead.reduce((sum, piece) => sum + piece.length, 0);
    while (length < bytes) {
      const piece = await this.#pull();
      if (piece === null) break;
      this.#ahead.push(piece);
      length += piece.length;
    }
    const head = Buffer.concat(this.#ahead);
    this.#ahead = [head];
    return head;
  }

  /** The next piece; null at the end. */
  async next(): Promise<Buffer | null> {
    return this.#ahead.shift() ?? this.#pull();
  }

  /** Puts bytes back in front of all others. */
  unread(bytes: Buffer): void {
    this.#ahead.unshift(bytes);
  }

  /** Takes so many bytes that have been peeked at. */
  async skip(bytes: number): Promise<void> {
    const head = await this.peek(bytes);
    this.#ahead = [head.subarray(bytes)];
  }

  /** The pieces that are left. */
  async *rest(): AsyncGenerator<Buffer, void, undefined> {
    for (let piece = await this.next(); piece !== null; piece = await this.next()) yield piece;
  }

  /** Ends the stream, which is not read to its end. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  async #pull(): Promise<Buffer | null> {
    const { done, value } = await this.#pieces.next();
    return done === true ? null : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
}
