import type { Origin } from "../src/domain/origin.ts";
import { projects } from "./catalogue.ts";
import type { DemoSize } from "./plan-pushes.ts";
import { SeededRandom, seededHex } from "./seeded-random.ts";

/** A body that arrives over Pulse or REST, and the time of its arrival. */
export interface DemoBody {
  readonly atMs: number;
  readonly origin: Origin;
  readonly bytes: Buffer;
}

const exchange = projects[0].exchange;

/** A mistake of a publisher, and how often its message arrives. */
interface Mistake {
  readonly times: number;
  readonly origin: Origin;
  readonly body: (task: string) => unknown;
}

const pulse = (from: string, routingKey: string): Origin => ({
  ...{ kind: "pulse", exchange: from, routingKey, redelivered: false },
});
const rest = (clientId: string, endpoint: string): Origin => ({ kind: "rest", clientId, endpoint });
const revision = seededHex(40, "refused");

function job(taskId: string, overrides: object): object {
  return {
    ...{
      taskId,
      buildSystem: "taskcluster",
      state: "completed",
      result: "success",
      jobKind: "test",
      version: 1,
    },
    origin: { kind: "hg.mozilla.org", project: "autoland", revision },
    display: { jobName: "test-linux64/opt-marionette", jobSymbol: "Mn", groupSymbol: "?" },
    ...overrides,
  };
}

const mistakes: readonly Mistake[] = [
  { times: 40, origin: pulse(exchange, "demo.autoland"), body: (task) => job(task, { state: "finished" }) },
  {
    times: 9,
    origin: pulse(exchange, "demo.autoland"),
    body: (task) => job(task, { timeStarted: "yesterday", timeCompleted: "2026-13-01T00:00:00Z" }),
  },
  { times: 6, origin: pulse(exchange, "demo.try"), body: (task) => job(task, { display: { jobName: "x" } }) },
  {
    times: 3,
    origin: pulse(exchange, "demo.try"),
    body: (task) => job(task.replace("/", "_"), { jobKind: "benchmark", tier: 4, owner: "" }),
  },
  {
    times: 4,
    origin: pulse(exchange, "demo.mozilla-central"),
    body: (task) =>
      job(task, {
        origin: { kind: "hg.mozilla.org", project: "mozilla-central", revision_hash: seededHex(40, task) },
      }),
  },
  {
    times: 5,
    origin: pulse("exchange/mobile-ci-demo/v1/jobs", "demo.mobile-app"),
    body: () => '{"taskId": ',
  },
  {
    times: 2,
    origin: pulse("exchange/mobile-ci-demo/v1/jobs", "demo.mobile-app"),
    body: () => ["not a job", 17, null],
  },
  {
    times: 7,
    origin: rest("release-bot", "/api/project/mozilla-central/jobs/"),
    body: (task) => [
      { revision, job: { job_guid: task, name: "Update verify", tier: -1, state: "completed" } },
    ],
  },
  {
    times: 2,
    origin: rest("release-bot", "/api/project/mozilla-central/artifact/"),
    body: (task) => [{ job_guid: task, name: "notes", type: "text", blob: "for a job that nobody has sent" }],
  },
  {
    times: 3,
    origin: rest("nightly-import", "/api/project/try/resultset/"),
    body: () => [{ push_timestamp: "last night", revisions: [] }],
  },
];

/** Returns messages and posts that are rejected, for many reasons. Some arrive several times, unchanged. Pure. */
export function refusedBodies({ seed, days, endsAtMs }: DemoSize): readonly DemoBody[] {
  return mistakes.flatMap(({ times, origin, body }, at) => {
    const random = new SeededRandom(seed, "refused", at);
    return Array.from({ length: times }, (_, time): DemoBody => {
      // Every second message repeats the previous one.
      const made = body(`${seededHex(22, seed, "refused", at, time >> 1)}/0`);
      const bytes = Buffer.from(typeof made === "string" ? made : JSON.stringify(made));
      return { atMs: endsAtMs - random.between(0, days * 86_400) * 1000, origin, bytes };
    });
  });
}
