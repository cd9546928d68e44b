import { pollWhileVisible } from "../poll-visible.ts";

/** How often the log of a running job is read again, in milliseconds. The server keeps a copy for ten seconds. */
const EVERY_MS = 15_000;

/** Reads a log repeatedly while its job runs and the page is visible. */
export class LogFollower {
  readonly #read: (signal: AbortSignal) => Promise<boolean>;
  #end: (() => void) | null = null;

  /** @param read - reads a new copy. Returns whether there was one. */
  constructor(read: (signal: AbortSignal) => Promise<boolean>) {
    this.#read = read;
  }

  get isOn(): boolean {
    return this.#end !== null;
  }

  start(): void {
    this.stop();
    const stop = new AbortController();
    const readNow = async (): Promise<boolean> => {
      try {
        return await this.#read(stop.signal);
      } catch (error) {
        if (stop.signal.aborted) return true;
        throw error;
      }
    };
    const endPolls = pollWhileVisible(EVERY_MS, readNow);
    this.#end = () => {
      stop.abort();
      endPolls();
    };
    void readNow();
  }

  stop(): void {
    this.#end?.();
    this.#end = null;
  }
}
