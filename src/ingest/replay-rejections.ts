import type { Outcome } from "../domain/delivery.ts";
import { type Fault, Unavailable } from "../domain/faults.ts";
import { rejectionId } from "../domain/ids.ts";
import { fromStoredRoute } from "../domain/origin.ts";
import { type Rejection, rawBodyOf, type StoredRejection } from "../domain/rejection.ts";
import type { ReadMessage } from "../judge/verdict.ts";
import type { RetriedRejection, SubmissionStore } from "../store/ports/submission-store.ts";
import type { JobEnd, JudgedJob, Message } from "./progress/message.ts";
import { begin, hasEnded, type MessageProgress } from "./progress/message-progress.ts";
import type { PatientStore } from "./progress/patient-store.ts";
import { type WriteStore, writeSlice } from "./write/write-path.ts";

type ReplayStore = WriteStore & Pick<SubmissionStore, "resolveRejections">;

export interface ReplayOptions {
  /** Reads a rejection's payload, using the current schemas and registry. */
  readonly read: (rejection: StoredRejection) => ReadMessage;
  readonly store: PatientStore<ReplayStore>;
}

const writing = {
  /** The limits of one write, which are needed because the raw bytes of one rejection may contain many jobs. */
  batch: { maxItems: 200, maxBytes: 1024 ** 2 },
  /** Replayed messages do not count against a quota, so that none is lost. */
  quotaOf: () => null,
  /** A payload that can be replayed is whole. It stays whole, even if the limit is lower now than when it was stored. */
  rejectionMaxBytes: Number.POSITIVE_INFINITY,
};

/** The result for one job of a rejection. */
export interface ReplayedJob {
  readonly project: string | null;
  readonly task_id: string | null;
  /** `failed` means that a bug occurred, and that the rejection is unchanged. */
  readonly outcome: Outcome;
  /** Why the job was rejected or has failed; null for the other outcomes. */
  readonly fault: Fault | null;
}

export interface Replayed {
  readonly rejection: StoredRejection;
  /** One job, or several if the rejection kept raw bytes that can now be decoded. */
  readonly jobs: readonly ReplayedJob[];
}

/**
 * Judges rejected messages again, in order, using the current schemas and registry, and writes them like any other message. If a
 * message is no longer rejected, its rejection is removed. Otherwise the rejection gets the current fault, and keeps its count and
 * times because no message has arrived. If raw bytes turn out to contain several jobs, each of those that are rejected gets a
 * rejection of its own.
 *
 * @param rejections - rejections that can be replayed; see `whyNotReplayed`.
 * @throws Unavailable if the store stayed away. Jobs that were stored stay stored, and the same rejections can be replayed again.
 */
export async function replayRejections(
  rejections: readonly StoredRejection[],
  { read, store }: ReplayOptions,
): Promise<Replayed[]> {
  const refusals = new RefusedAgain(rejections, store);
  const replayed = new Map(rejections.map((rejection) => [rejection, [] as ReplayedJob[]]));
  const rejectionOf = new Map(rejections.map((rejection) => [toMessage(rejection, read), rejection]));
  let rest: readonly MessageProgress[] = [...rejectionOf.keys()].map((message) => begin(message));
  while (rest.length > 0) {
    const { batch, ends } = await writeSlice(rest, { ...writing, store: refusals });
    for (const [job, end] of ends) {
      if (end === null) throw refusals.away ?? new Unavailable("store", "it does not answer");
      const rejection = rejectionOf.get(job.message);
      if (rejection !== undefined) replayed.get(rejection)?.push(toReplayed(job, end, rejection));
    }
    rest = batch.filter((progress) => !hasEnded(progress));
  }
  const results = rejections.map((rejection) => ({ rejection, jobs: replayed.get(rejection) ?? [] }));
  const tried = results
    .filter(({ jobs }) => jobs.every(({ outcome }) => outcome !== "failed"))
    .map(
      ({ rejection: { id, last_seen } }): RetriedRejection => ({ id, last_seen, again: refusals.find(id) }),
    );
  await store.ask((there) => there.resolveRejections(tried));
  return results;
}

/** The store of a replay. It does not record a replayed message that is rejected again, because that would count as an arrival. */
class RefusedAgain implements PatientStore<WriteStore> {
  readonly #known: ReadonlySet<string>;
  readonly #store: PatientStore<WriteStore>;
  readonly #again = new Map<string, Rejection>();
  /** The error of the last call for which the store stayed away; null if there was none. */
  away: Unavailable | null = null;

  constructor(rejections: readonly StoredRejection[], store: PatientStore<WriteStore>) {
    this.#known = new Set(rejections.map(({ id }) => id));
    this.#store = store;
  }

  /** Returns the new rejection of a replayed message, or null if it is no longer rejected. */
  find(id: string): Rejection | null {
    return this.#again.get(id) ?? null;
  }

  async ask<Result>(call: (store: WriteStore) => Promise<Result>): Promise<Result> {
    try {
      return await this.#store.ask((there) => call(this.#through(there)));
    } catch (error) {
      if (error instanceof Unavailable) this.away = error;
      throw error;
    }
  }

  #through(there: WriteStore): WriteStore {
    return {
      storeSubmissions: (batch) => there.storeSubmissions(batch),
      storeResultSets: (batch) => there.storeResultSets(batch),
      storeArtifacts: (batch) => there.storeArtifacts(batch),
      recordRejections: async (rejections) => {
        const others = rejections.filter((rejection) => !this.#keep(rejection));
        if (others.length > 0) await there.recordRejections(others);
        return rejections.map(() => "kept");
      },
    };
  }

  /** Keeps the rejection of a replayed message. Returns false for any other message. */
  #keep(rejection: Rejection): boolean {
    const id = rejectionId(rejection.payload, rejection.route);
    if (this.#known.has(id)) this.#again.set(id, rejection);
    return this.#known.has(id);
  }
}

function toMessage(rejection: StoredRejection, read: ReplayOptions["read"]): Message {
  return {
    origin: fromStoredRoute(rejection),
    receivedAtMs: Date.now(),
    raw: rawBodyOf(rejection.payload),
    read: () => read(rejection),
    // It is neither treated as a suspect nor spooled, because an operator replays it in a separate process.
    suspectKey: null,
    spoolable: null,
    waitsForStore: true,
  };
}

function toReplayed(
  { verdict }: JudgedJob,
  { outcome, fault }: JobEnd,
  rejection: StoredRejection,
): ReplayedJob {
  switch (verdict.kind) {
    case "accepted": {
      const { project, job } = verdict.submission;
      return { project, task_id: job.job_guid, outcome, fault };
    }
    case "push":
      return { project: verdict.project, task_id: null, outcome, fault };
    case "artifact": {
      const { project, job_guid } = verdict.artifact;
      return { project, task_id: job_guid, outcome, fault };
    }
    case "rejected":
      return { project: verdict.project, task_id: verdict.task_id, outcome, fault };
    default:
      return { project: rejection.project, task_id: rejection.task_id, outcome, fault };
  }
}
