import { encodeSegment } from "../../archive/segment.ts";
import type { ArchiveStore, NewSegment } from "../../store/ports/archive-store.ts";
import type { JudgedJob, Message } from "../progress/message.ts";
import { hasFailed, type MessageProgress } from "../progress/message-progress.ts";
import type { PatientStore } from "../progress/patient-store.ts";
import type { JudgedSlice } from "./judge.ts";
import { toEntry } from "./to-entry.ts";
import type { WriteStore } from "./write-path.ts";

export type ArchivingStore = WriteStore & Pick<ArchiveStore, "addSegment" | "storeArchived">;

/**
 * Stores the jobs of one slice together with the messages that end with it. If the store has transactions, this takes only one, which
 * saves a second write to the disk for each batch. If one of the jobs fails after all, its message is sent again, and is then in the
 * archive twice. That is rare and harmless.
 */
export class SliceArchive {
  readonly #store: PatientStore<ArchivingStore>;
  /** The messages in the segment. */
  #messages: ReadonlySet<Message> = new Set();
  #segment: NewSegment | null = null;
  #isStored = false;

  constructor(store: PatientStore<ArchivingStore>) {
    this.#store = store;
  }

  /** Creates the segment. Returns the store to write this slice to, which also stores the segment. */
  async storeFor({ jobs, batch }: JudgedSlice): Promise<PatientStore<WriteStore>> {
    const inSlice = new Set(jobs);
    const ending = batch.filter((progress) => endsWith(progress, inSlice));
    const accepted = jobs.filter(({ verdict }) => verdict.kind === "accepted").length;
    if (ending.length === 0 || accepted === 0) return this.#store;
    try {
      this.#segment = await encodeSegment(ending.map(toEntry));
    } catch {
      // One of the messages triggers a bug. They are archived after they have ended, and the bug is reported then.
      return this.#store;
    }
    this.#messages = new Set(ending.map(({ message }) => message));
    return { ask: (call) => this.#store.ask((there) => call(this.#through(there, accepted))) };
  }

  /** The segment if it has been stored, otherwise null. */
  get stored(): NewSegment | null {
    return this.#isStored ? this.#segment : null;
  }

  /** Returns the messages after the slice was written. Those that have been archived no longer wait for the archive. */
  settle(batch: readonly MessageProgress[]): readonly MessageProgress[] {
    if (!this.#isStored) return batch;
    return batch.map((progress) =>
      this.#messages.has(progress.message) ? { ...progress, awaitsArchive: false } : progress,
    );
  }

  #through(there: ArchivingStore, accepted: number): WriteStore {
    return {
      storeSubmissions: async (batch) => {
        // After a bug, the jobs are stored in smaller parts, without the segment.
        if (this.#segment === null || batch.length < accepted) return there.storeSubmissions(batch);
        const outcomes = await there.storeArchived(batch, this.#segment);
        this.#isStored = true;
        return outcomes;
      },
      storeResultSets: (batch) => there.storeResultSets(batch),
      storeArtifacts: (batch) => there.storeArtifacts(batch),
      recordRejections: (rejections) => there.recordRejections(rejections),
    };
  }
}

/**
 * Returns whether a message has to be archived, and will end with this slice unless a bug occurs. Requests are excluded, because
 * whether they are archived depends on their outcomes.
 */
function endsWith(progress: MessageProgress, inSlice: ReadonlySet<JudgedJob>): boolean {
  const { message, reading, judged, ended, awaitsArchive } = progress;
  return (
    awaitsArchive &&
    message.origin.kind === "pulse" &&
    judged.length + ended.length === reading?.jobs &&
    judged.every((job) => inSlice.has(job) && job.verdict.kind !== "failed") &&
    !hasFailed(progress)
  );
}
