import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeliveryHandler } from "../../src/broker/message-source.ts";
import type { Delivery, Settlement } from "../../src/domain/delivery.ts";
import { createIngest, type Ingest, type IngestOptions } from "../../src/ingest/create-ingest.ts";
import { createDeliveryHandler } from "../../src/ingest/deliveries/delivery-handler.ts";
import type { ReadDelivery } from "../../src/ingest/deliveries/delivery-message.ts";
import type { Submit } from "../../src/ingest/progress/submit.ts";
import { SpooledMessages } from "../../src/ingest/spooling/spooled-messages.ts";
import { openSuspectsNote } from "../../src/ingest/suspects/suspects-note.ts";
import { type Counters, createCounters, outcomeTotals } from "../../src/metrics/counters.ts";
import { openSpool, type Spool } from "../../src/spool/open-spool.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { aFickleStore, type FickleStore } from "../doubles/fickle-store.ts";
import { realRead } from "./write-messages.ts";

/**
 * A worker without its broker: deliveries go in, settlements come out. Its spool and its store are real, and the store can be made
 * unavailable.
 */
export class IngestStory {
  readonly folder: string;
  readonly events: string[] = [];
  readonly settlements = new Map<Delivery, Settlement>();
  readonly real: Store;
  readonly store: FickleStore;
  counters: Counters = createCounters();
  #spool: Spool | null = null;
  #ingest: Ingest | null = null;
  #handle: DeliveryHandler | null = null;

  private constructor(folder: string, real: Store) {
    this.folder = folder;
    this.real = real;
    this.store = aFickleStore(real);
  }

  static async begin(): Promise<IngestStory> {
    const folder = mkdtempSync(join(tmpdir(), "ingest-"));
    const dataDir = join(folder, "store");
    return new IngestStory(folder, await openStore({ mongodbUrl: null, dataDir, rejectionTtlDays: 30 }));
  }

  get spoolFolder(): string {
    return join(this.folder, "spool");
  }

  /** Starts a worker. */
  start(given: Partial<IngestOptions> & { spoolBytes?: number; read?: ReadDelivery } = {}): void {
    const { spoolBytes = 1e9, read = realRead, ...options } = given;
    const noted = (event: string): void => void this.events.push(event);
    const log = { error: noted, warn: noted, info: noted, debug: noted };
    this.counters = createCounters();
    this.#spool = openSpool({ folder: this.spoolFolder, maxBytes: spoolBytes, log });
    this.#ingest = createIngest({
      store: this.store,
      suspectsNote: openSuspectsNote(this.folder, log),
      spooled: new SpooledMessages(this.#spool, read),
      spoolAfterMs: 50,
      batch: { maxItems: 10, maxBytes: 1e6, waitMs: 1 },
      rejectionMaxBytes: 1000,
      quotaOf: (exchange) => exchange,
      maxAttempts: 5,
      keepsArchive: false,
      logsEachJob: false,
      listedExchanges: () => [],
      counters: this.counters,
      log,
      ...options,
    });
    this.#handle = createDeliveryHandler(this.#ingest.submit, read);
  }

  get submit(): Submit {
    if (this.#ingest === null) throw new Error("no worker was started");
    return this.#ingest.submit;
  }

  /** Delivers messages, as the broker would. */
  deliver(...deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) {
      void this.#handle?.(delivery).then((settlement) => this.settlements.set(delivery, settlement));
    }
  }

  /** Stops the worker normally. */
  async stop(limitMs = 5000, canHandBack = true): Promise<void> {
    await this.#ingest?.drain(limitMs, () => canHandBack);
    this.#spool?.close();
    this.#ingest = null;
    this.#handle = null;
  }

  get spool(): Spool {
    if (this.#spool === null) throw new Error("no worker was started");
    return this.#spool;
  }

  trouble(): string | null | undefined {
    return this.#ingest?.spoolTrouble();
  }

  spoolFiles(): string[] {
    try {
      return readdirSync(this.spoolFolder);
    } catch {
      // The folder was never created.
      return [];
    }
  }

  times(event: string): number {
    return this.events.filter((each) => each === event).length;
  }

  /** Returns both sides of the law of counts, `received` and `accounted`, and two terms of the latter. */
  async law(): Promise<{ received: number; accounted: number; inHand: number; spooled: number }> {
    const sum = async (metric: { get(): Promise<{ values: { value: number }[] }> }): Promise<number> =>
      (await metric.get()).values.reduce((total, { value }) => total + value, 0);
    const [received, inHand, spooled] = [
      await sum(this.counters.received),
      await sum(this.counters.inHand),
      await sum(this.counters.spooledJobs),
    ];
    const ended = Object.values(await outcomeTotals(this.counters)).reduce((total, n) => total + n, 0);
    return { received, accounted: ended + inHand + spooled, inHand, spooled };
  }

  async end(): Promise<void> {
    await this.stop(0);
    await this.real.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export { until } from "../until.ts";
