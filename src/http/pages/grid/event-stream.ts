import { Readable } from "node:stream";

/** A browser that does not read its events is disconnected when this many bytes wait for it. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** How often a comment is sent, in milliseconds, because proxies close idle connections. */
const HEARTBEAT_MS = 20_000;

/** An answer that stays open and consists of server-sent events. */
export class EventStream {
  readonly body: Readable;
  readonly #heartbeat: NodeJS.Timeout;
  /** Functions to call as soon as the buffer has room again. */
  #waiting: (() => void)[] = [];

  constructor() {
    this.body = new Readable({ read: () => this.#wake() });
    this.body.once("close", () => {
      clearInterval(this.#heartbeat);
      this.#wake();
    });
    this.#heartbeat = setInterval(() => this.#push(": alive\n\n"), HEARTBEAT_MS);
    // The first bytes tell the browser that the stream is open.
    this.#push(": open\n\n");
  }

  /**
   * Sends an event.
   *
   * @param json - its data, without line feeds.
   * @param id - the browser sends it back as `Last-Event-ID` when it reconnects; null for none.
   * @returns a promise that resolves when the browser has read nearly everything, or when the stream is closed.
   */
  async send(name: string, json: string, id: string | null = null): Promise<void> {
    this.#push(`${id === null ? "" : `id: ${id}\n`}event: ${name}\ndata: ${json}\n\n`);
    const { body } = this;
    if (body.destroyed || body.readableLength < body.readableHighWaterMark) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Calls a function when the browser has disconnected or the stream has been closed. */
  onClose(call: () => void): void {
    this.body.once("close", call);
  }

  close(): void {
    this.body.destroy();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  #push(text: string): void {
    if (this.body.destroyed) return;
    this.body.push(text);
    if (this.body.readableLength > MAX_WAITING_BYTES) this.close();
  }
}
