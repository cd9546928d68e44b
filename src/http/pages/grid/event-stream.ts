import { Readable } from "node:stream";

/** A browser that does not read what it gets is cut off when this many bytes wait for it. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** Proxies close a connection on which nothing happens. */
const HEARTBEAT_MS = 20_000;

/** An answer of server-sent events, which stays open. */
export class EventStream {
  readonly body: Readable;
  readonly #heartbeat: NodeJS.Timeout;
  /** Called as soon as there is room again. */
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
   * @param id - comes back as `Last-Event-ID` when the browser connects again; null for none.
   * @returns a promise that ends when the browser has read nearly all of what waits for it, or the stream was closed.
   */
  async send(name: string, json: string, id: string | null = null): Promise<void> {
    this.#push(`${id === null ? "" : `id: ${id}\n`}event: ${name}\ndata: ${json}\n\n`);
    const { body } = this;
    if (body.destroyed || body.readableLength < body.readableHighWaterMark) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Calls a function when the browser has gone, or the stream was closed. */
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
