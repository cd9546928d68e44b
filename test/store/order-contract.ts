import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { stateRank } from "../../src/domain/job-state.ts";
import type { Store } from "../../src/store/ports/store.ts";
import type { Arrival } from "../../src/store/ports/submission-store.ts";
import { anArrival } from "../examples.ts";
import type { OpenEmpty } from "./empty-store.ts";

const WORKERS = 3;
const JOBS = 3;

/** The content of one message. Numbers are the names of parts. A part with the same name is the same in every message. */
interface Content {
  /** Whether it arrives over REST instead of by Pulse. */
  readonly isPosted: boolean;
  readonly isRetried: boolean;
  readonly result: "success" | "fail" | "exception";
  readonly startedAt: number | null;
  readonly completedAt: number | null;
  readonly logs: readonly number[];
  readonly artifacts: readonly number[];
  readonly details: readonly number[];
  readonly coalesced: readonly number[];
}
type State = keyof typeof stateRank;
interface Told {
  readonly job: number;
  readonly state: State;
  readonly content: Content;
}

const parts = (of: number) => fc.subarray(Array.from({ length: of }, (_, n) => n));
const time = fc.option(fc.integer({ min: 1, max: 1_000_000 }), { nil: null });
const content: fc.Arbitrary<Content> = fc.record({
  isPosted: fc.boolean(),
  isRetried: fc.boolean(),
  result: fc.constantFrom("success", "fail", "exception"),
  startedAt: time,
  completedAt: time,
  logs: parts(3),
  artifacts: parts(3),
  details: parts(3),
  coalesced: parts(JOBS),
});

/** The messages of a few jobs, at most one for each state, because a second message of the same state is dropped anyway. */
const messages: fc.Arbitrary<readonly Told[]> = fc
  .tuple(
    ...Array.from({ length: JOBS }, (_, job) =>
      fc.subarray<State>(["pending", "running", "completed"], { minLength: 1 }).chain((states) => {
        return fc.tuple(
          ...states.map((state) => content.map((told): Told => ({ job, state, content: told }))),
        );
      }),
    ),
  )
  .map((jobs) => jobs.flat());

/** Deliveries of all messages, in any order, some of them repeated, in batches for several workers. */
const deliveries = messages.chain((all) =>
  fc.array(fc.nat(all.length - 1), { maxLength: 6 }).chain((again) => {
    const every = [...all.keys(), ...again];
    const length = { minLength: every.length, maxLength: every.length };
    return fc.record({
      messages: fc.constant(all),
      order: fc.shuffledSubarray(every, length),
      cuts: fc.array(fc.boolean(), length),
      workers: fc.array(fc.nat(WORKERS - 1), length),
    });
  }),
);

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

function toArrival(run: string, { job, state, content: told }: Told): Arrival {
  const arrival = anArrivalOf(run, { job, state, content: told });
  return told.isPosted ? { ...arrival, origin } : arrival;
}

const origin = { kind: "rest", clientId: "release-bot", endpoint: "/api/project/try/jobs/" } as const;

function anArrivalOf(run: string, { job, state, content: told }: Told): Arrival {
  const details = told.details.map((n) => ({ title: `t${n}`, value: `v${n}`, url: null }));
  return anArrival({
    ...{ taskId: `${run}/${job}`, state, isRetried: told.isRetried, result: told.result },
    ...(told.startedAt === null ? {} : { timeStarted: iso(told.startedAt) }),
    ...(told.completedAt === null ? {} : { timeCompleted: iso(told.completedAt) }),
    // All messages have the same values for fields that the first message fixes.
    ...{ timeScheduled: "2016-07-01", tier: 2, owner: state },
    logs: told.logs.map((n) => ({ name: `l${n}`, url: `u${n}` })),
    coalesced: told.coalesced.map((n) => `${run}/${n}`),
    extra: {
      artifacts: [
        ...told.artifacts.map((n) => ({ name: `a${n}`, type: "json", blob: n })),
        { name: "Job Info", type: "json", blob: { job_details: details } },
      ],
    },
  });
}

/** Returns the job that must be stored in the end, computed only from the rules. */
function expectedOf(run: string, all: readonly Told[], job: number): object {
  const own = all
    .filter((message) => message.job === job)
    .toSorted((a, b) => stateRank[a.state] - stateRank[b.state]);
  const last = own.at(-1);
  if (last === undefined) throw new Error("a job without messages");
  const { state, content: told } = last;
  const named = { success: "success", fail: "testfailed", exception: "exception" } as const;
  const union = (member: "logs" | "artifacts" | "details", letter: string) =>
    [...new Set(own.flatMap((message) => message.content[member]))].map((n) => `${letter}${n}`).toSorted();
  const into = all.filter((message) => message.content.coalesced.includes(job)).map((message) => message.job);
  return {
    ...{ state, result: state !== "completed" ? "unknown" : told.isRetried ? "retry" : named[told.result] },
    ...{ who: state, tier: 2, submit: 1467331200, start: told.startedAt ?? 0, end: told.completedAt ?? 0 },
    ...{ logs: union("logs", "l"), artifacts: union("artifacts", "a"), details: union("details", "v") },
    coalesced_to: into.length === 0 ? null : `${run}/${Math.max(...into)}`,
  };
}

async function storedOf(store: Store, guid: string): Promise<object> {
  const view = await store.findJob("try", guid);
  if (view === null) throw new Error(`${guid} is not stored`);
  const { job, logs, artifacts, coalesced_to } = view;
  const info = await store.findArtifact("try", guid, "Job Info");
  const details = JSON.parse(info?.blob ?? "null").job_details as { value: string }[];
  return {
    ...{ state: job.state, result: job.result, who: job.who, tier: job.tier, submit: job.submit_timestamp },
    ...{ start: job.start_timestamp, end: job.end_timestamp, coalesced_to },
    logs: logs.map(({ name }) => name).toSorted(),
    artifacts: artifacts.filter((name) => name !== "Job Info").toSorted(),
    details: details.map(({ value }) => value).toSorted(),
  };
}

/**
 * Tests that messages lead to the same jobs, in any order, however often they arrive, by Pulse or over REST, in whatever batches,
 * and at whichever of several workers.
 */
export function orderContract(name: string, openEmpty: OpenEmpty, numRuns: number): void {
  it(`any order, duplication, batching and interleaving leads to the same jobs in the ${name} store`, async () => {
    const database = await openEmpty();
    const stores = await Promise.all(Array.from({ length: WORKERS }, () => database.open()));
    const [reader] = stores;
    if (reader === undefined) throw new Error("no store");
    let runs = 0;
    const property = fc.asyncProperty(deliveries, async ({ messages: all, order, cuts, workers }) => {
      const run = `r${runs++}`;
      const arrivals = all.map((message) => toArrival(run, message));
      const batches = stores.map((): Arrival[][] => []);
      order.forEach((message, at) => {
        const own = batches[workers[at] ?? 0] ?? [];
        const arrival = arrivals[message];
        if (arrival === undefined) return;
        if (cuts[at] || own.length === 0) own.push([arrival]);
        else own.at(-1)?.push(arrival);
      });
      await Promise.all(
        stores.map(async (store, worker) => {
          for (const batch of batches[worker] ?? []) await store.storeSubmissions(batch);
        }),
      );
      for (let job = 0; job < JOBS; job++) {
        expect(await storedOf(reader, `${run}/${job}`)).toEqual(expectedOf(run, all, job));
      }
    });
    try {
      await fc.assert(property, { numRuns });
      expect(runs).toBeGreaterThanOrEqual(numRuns);
    } finally {
      await Promise.all(stores.map((store) => store.close()));
      await database.remove();
    }
  }, 180_000);
}
