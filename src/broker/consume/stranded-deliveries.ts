import type { Log } from "../../log.ts";
import { pause } from "../../timing/pause.ts";
import type { Consumer } from "./consume.ts";

const LOOK_MS = 50;

/** The deliveries of lost channels that are still in progress. The broker delivers them again. */
export class StrandedDeliveries {
  readonly #log: Log;
  #consumers: readonly Consumer[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  get count(): number {
    return this.#consumers.reduce((sum, consumer) => sum + consumer.inWork(), 0);
  }

  /** Takes over the consumer of a channel that has ended. */
  add(consumer: Consumer): void {
    this.#consumers = [...this.#consumers, consumer];
  }

  /** Notes that their queue is gone, so that the broker does not deliver them again. */
  queueGone(): void {
    for (const consumer of this.#consumers) consumer.queueGone();
  }

  /** Returns how many are lost: neither kept here nor with the broker. */
  lost(): number {
    return this.#consumers.reduce((sum, consumer) => sum + consumer.lost(), 0);
  }

  /**
   * Waits until they fit into one prefetch. Otherwise, with a store that is away and a connection that breaks again and again, each
   * channel would add another prefetch to the memory in use.
   *
   * @param ended - resolves when waiting makes no sense any more, because the next channel is lost too.
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
