import { Unavailable } from "../../src/domain/faults.ts";
import type { ArchiveStore } from "../../src/store/ports/archive-store.ts";
import type { SubmissionStore } from "../../src/store/ports/submission-store.ts";
import type { SuspectLedger } from "../../src/store/ports/suspect-ledger.ts";

type IngestStore = Omit<SubmissionStore, "setJobState" | "resolveRejections"> &
  Pick<ArchiveStore, "addSegment" | "storeArchived"> &
  SuspectLedger;

export interface FickleStore extends IngestStore {
  /** `gone`: each call fails. `silent`: no call ever returns. */
  mood: "there" | "gone" | "silent";
  /** The number of calls so far, failed ones included. */
  calls: number;
  /** The guids in each written batch, in order. */
  readonly batches: string[][];
}

/** A real store behind a simulated network, which can be cut and restored on request. */
export function aFickleStore(store: IngestStore): FickleStore {
  const fickle: FickleStore = {
    mood: "there",
    calls: 0,
    batches: [],
    async storeSubmissions(batch) {
      await network();
      const outcomes = await store.storeSubmissions(batch);
      fickle.batches.push(batch.map(({ submission }) => submission.job.job_guid));
      return outcomes;
    },
    async storeResultSets(batch) {
      await network();
      return store.storeResultSets(batch);
    },
    async storeArtifacts(batch) {
      await network();
      return store.storeArtifacts(batch);
    },
    async recordRejections(rejections) {
      await network();
      return store.recordRejections(rejections);
    },
    async storeArchived(batch, segment) {
      await network();
      const outcomes = await store.storeArchived(batch, segment);
      fickle.batches.push(batch.map(({ submission }) => submission.job.job_guid));
      return outcomes;
    },
    async addSegment(segment) {
      await network();
      return store.addSegment(segment);
    },
    async enterSuspects(keys) {
      await network();
      return store.enterSuspects(keys);
    },
    async clearSuspects(keys) {
      await network();
      return store.clearSuspects(keys);
    },
  };
  async function network(): Promise<void> {
    fickle.calls++;
    // Like a real driver, it never fails in the same turn.
    await new Promise((resolve) => setImmediate(resolve));
    if (fickle.mood === "gone") throw new Unavailable("store", "connection refused");
    if (fickle.mood === "silent") await new Promise(() => undefined);
  }
  return fickle;
}
