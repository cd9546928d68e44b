import type { Delivery, Outcome } from "../domain/delivery.ts";
import { type Fault, Unavailable } from "../domain/faults.ts";
import { rejectionId } from "../domain/ids.ts";
import type { Rejection, StoredRejection } from "../domain/rejection.ts";
import type { Verdict } from "../judge/judge-delivery.ts";
import type { RetriedRejection, SubmissionStore } from "../store/ports/submission-store.ts";
import type { JobInHand } from "./progress/job-in-hand.ts";
import { bugFault, storeBatch } from "./write/store-batch.ts";

export interface ReplayOptions {
  readonly judge: (delivery: Delivery) => readonly Verdict[];
  readonly store: Pick<SubmissionStore, "storeSubmissions" | "recordRejections" | "resolveRejections">;
  /** Tries again while the store is away; see `holdWhileAway`. */
  readonly hold: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Written at once: the raw bytes of one rejection may hold many jobs. */
const JOBS_AT_ONCE = 200;

/** What became of one job message of a rejection. */
export interface ReplayedJob {
  readonly project: string | null;
  readonly task_id: string | null;
  /** `failed`: a bug struck, and the rejection stays as it was. */
  readonly outcome: Outcome;
  /** Why it is refused, or has failed. */
  readonly fault: Fault | null;
}

export interface Replayed {
  readonly rejection: StoredRejection;
  /** Of raw bytes that can be decoded by now there may be many. */
  readonly jobs: readonly ReplayedJob[];
}

/** Why a rejection cannot be replayed; null: it can. */
export function whyNotReplayed({ payload }: StoredRejection): string | null {
  const { truncated, blanked, bytes, sha256 } = payload;
  const known = `${bytes} bytes, sha256 ${sha256}`;
  const mend = "its publisher has to send it again";
  if (truncated) return `only the beginning of its payload was kept (of ${known}): ${mend}`;
  return blanked ? `a password in a URL of its payload was not kept (${known}): ${mend}` : null;
}

/**
 * Has rejected messages go the way of a delivery once more, by today's schema and registry, in their order. What is no
 * longer refused is taken out of the rejections; the others take today's fault, and keep count and times: nothing has
 * arrived. Where raw bytes turn out to hold several jobs, those that are refused become rejections of their own.
 *
 * @param rejections - that can be replayed: see {@link whyNotReplayed}.
 * @throws Unavailable where `hold` gave up; then what has been stored stays so, and the same can be replayed again.
 */
export async function replayRejections(
  rejections: readonly StoredRejection[],
  options: ReplayOptions,
): Promise<Replayed[]> {
  const { store } = options;
  const faults = new Map<JobInHand, Fault>();
  const onBug = (job: JobInHand, error: unknown): void => void faults.set(job, bugFault(error));
  const inHand = rejections.map((rejection) => ({
    rejection,
    jobs: jobsOf(rejection, options.judge, onBug),
  }));
  const known = new Set(rejections.map(({ id }) => id));
  const again = new Map<string, Rejection>();
  let away: Unavailable | null = null;

  const hold = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await options.hold(work);
    } catch (error) {
      if (error instanceof Unavailable) away = error;
      throw error;
    }
  };
  const jobs = inHand.flatMap(({ jobs }) => jobs);
  for (let at = 0; at < jobs.length && away === null; at += JOBS_AT_ONCE) {
    await storeBatch(jobs.slice(at, at + JOBS_AT_ONCE), {
      store: {
        storeSubmissions: store.storeSubmissions,
        async recordRejections(refused) {
          const others = refused.filter((rejection) => {
            const id = rejectionId(rejection.payload, rejection.route);
            if (known.has(id)) again.set(id, rejection);
            return !known.has(id);
          });
          if (others.length > 0) await store.recordRejections(others);
          return refused.map(() => "kept");
        },
      },
      hold,
      // What an operator replays must not be lost to a quota.
      quotaOf: () => null,
      // What was kept is within the limit, or the limit was another one then: no more of it is lost now.
      rejectionMaxBytes: Number.POSITIVE_INFINITY,
      onRejected: (job, { fault }) => faults.set(job, fault),
      onBug,
    });
  }
  if (away !== null) throw away;
  const ended = inHand.filter(({ jobs }) => jobs.every(({ outcome }) => outcome !== "failed"));
  const tried = ended.map(({ rejection: { id, last_seen } }): RetriedRejection => {
    return { id, last_seen, again: again.get(id) ?? null };
  });
  await hold(() => store.resolveRejections(tried));
  return inHand.map(({ rejection, jobs }) => ({
    rejection,
    jobs: jobs.map((job) => toReplayed(job, rejection, faults.get(job) ?? null)),
  }));
}

function jobsOf(
  rejection: StoredRejection,
  judge: ReplayOptions["judge"],
  onBug: (job: JobInHand, error: unknown) => void,
): readonly JobInHand[] {
  const delivery = toDelivery(rejection);
  try {
    return judge(delivery).map((verdict) => ({ delivery, verdict, outcome: null }));
  } catch (error) {
    const job: JobInHand = { delivery, verdict: { kind: "failed" }, outcome: null };
    onBug(job, error);
    return [job];
  }
}

/** As the broker would hand it over now. */
function toDelivery(rejection: StoredRejection): Delivery {
  const { encoding, content, properties } = rejection.payload;
  // An item that is a list itself came out of a list; without it, its own items would be taken for jobs.
  const json = content.startsWith("[") ? `[${content}]` : content;
  const body = encoding === "json" ? Buffer.from(json) : Buffer.from(content, "base64");
  if (rejection.origin === "rest") throw new Error("a rejection from REST cannot be replayed yet");
  const route = { exchange: rejection.exchange, routingKey: rejection.routing_key, redelivered: false };
  const declared = properties === undefined ? {} : { properties };
  return { ...route, receivedAtMs: Date.now(), body, oversize: null, ...declared };
}

function toReplayed(
  { verdict, outcome }: JobInHand,
  rejection: StoredRejection,
  fault: Fault | null,
): ReplayedJob {
  const { project, task_id } = rejection;
  const read = { outcome: outcome ?? "failed", fault };
  if (verdict.kind === "accepted") {
    return { project: verdict.submission.project, task_id: verdict.submission.job.job_guid, ...read };
  }
  if (verdict.kind === "rejected") return { project: verdict.project, task_id: verdict.task_id, ...read };
  return { project, task_id, ...read };
}
