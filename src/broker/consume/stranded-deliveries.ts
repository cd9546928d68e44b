import type { Log } from "../../log.ts";
import { pause } from "../../timing/pause.ts";
import type { Consumer } from "./consume.ts";

const LOOK_MS = 50;

/** The deliveries of lost channels that are still in progress. The broker delivers their messages again. */
export class StrandedDeliveries {
  readonly #log: Log;
  #consumers: readonly Consumer[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  get count(): number {
    return this.#consumers.reduce((sum, consumer) => sum + consumer.inWork(), 0);
  }

  /** Adds the consumer of a channel that has ended. */
  add(consumer: Consumer): void {
    this.#consumers = [...this.#consumers, consumer];
  }

  /** Notifies the consumers that their queue is gone, so the broker will not deliver the messages again. */
  queueGone(): void {
    for (const consumer of this.#consumers) consumer.queueGone();
  }

  /** Returns the number of lost deliveries, which neither this worker nor the broker has any more. */
  lost(): number {
    return this.#consumers.reduce((sum, consumer) => sum + consumer.lost(), 0);
  }

  /**
   * Waits until the stranded deliveries fit into one prefetch. Without this wait, each new channel would add another prefetch of
   * deliveries to the memory in use while the store is away and the connection breaks repeatedly.
   *
   * @param ended - resolves when the new connection is lost too, so that waiting is pointless.
   */
  async fitInto(prefetch: number, ended: Promise<string>, signal: AbortSignal): Promise<void> {
    let isEnded = false;
    void ended.then(() => {
      isEnded = true;
    });
    if (this.count > prefetch) this.#log.warn("earlier_deliveries_in_work", { deliveries: this.count });
    while (this.count > prefetch && !isEnded && !signal.aborted) await pause(LOOK_MS, signal);
    this.#consumers = this.#consumers.filter((consumer) => consumer.inWork() > 0);
  }
}
