/** Reads a stream piece by piece, and can look ahead. */
export class PieceReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #ahead: Buffer[] = [];

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#pieces = source[Symbol.asyncIterator]();
  }

  /** Returns at least the next `bytes` bytes without consuming them; fewer only at the end of the stream. */
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

  /** Returns the next piece; null at the end. */
  async next(): Promise<Buffer | null> {
    return this.#ahead.shift() ?? this.#pull();
  }

  /** Puts bytes back before all others. */
  unread(bytes: Buffer): void {
    this.#ahead.unshift(bytes);
  }

  /** Consumes the next `bytes` bytes. */
  async skip(bytes: number): Promise<void> {
    const head = await this.peek(bytes);
    this.#ahead = [head.subarray(bytes)];
  }

  /** Yields the remaining pieces. */
  async *rest(): AsyncGenerator<Buffer, void, undefined> {
    for (let piece = await this.next(); piece !== null; piece = await this.next()) yield piece;
  }

  /** Ends the stream without reading the rest. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  async #pull(): Promise<Buffer | null> {
    const { done, value } = await this.#pieces.next();
    return done === true ? null : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
}
