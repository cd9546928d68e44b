import { logPath, messagesOf } from "./job-messages.ts";
import { type DemoJob, planJobs } from "./plan-jobs.ts";
import { type DemoSize, planPushes } from "./plan-pushes.ts";
import { postOfPush, postOfRelease } from "./posted-bodies.ts";
import { type DemoBody, refusedBodies } from "./refused-messages.ts";

export interface DemoPlan {
  readonly size: DemoSize;
  /** All messages and posts, in the order of their arrival. */
  readonly bodies: readonly DemoBody[];
  /** The jobs whose log can be fetched, by the path of the log. */
  readonly logs: ReadonlyMap<string, DemoJob>;
  /** The path of the log to which `longLogLines` are added; null if there is no suitable log. */
  readonly longLog: string | null;
}

/**
 * Plans all messages and posts of the demo. Pure: equal sizes give equal plans.
 *
 * @param logsUrl - the address of the host of the logs, without a slash at the end.
 */
export function planDemo(size: DemoSize, logsUrl: string): DemoPlan {
  const { seed, endsAtMs } = size;
  const pushes = planPushes(size);
  const jobs = pushes.flatMap((push) => planJobs(seed, push));
  const posts = pushes.flatMap((push) =>
    [postOfPush(push), postOfRelease(seed, push)].filter((post) => post !== null),
  );
  const messages = jobs.flatMap((job) =>
    messagesOf(job, logsUrl, endsAtMs).map(({ atMs, body }): DemoBody => {
      const { exchange, name } = job.push.project;
      return {
        atMs,
        origin: { kind: "pulse", exchange, routingKey: `demo.${name}`, redelivered: false },
        bytes: Buffer.from(JSON.stringify(body)),
      };
    }),
  );
  const bodies = [...posts, ...messages, ...refusedBodies(size)].filter(({ atMs }) => atMs <= endsAtMs);
  const there = jobs.filter(({ log, endedAt }) => log !== "gone" && endedAt * 1000 <= endsAtMs);
  const read = there.filter(({ log, suite }) => log === "to-read" && suite.kind === "test");
  const newest = read.toSorted((a, b) => b.endedAt - a.endedAt)[0];
  return {
    size,
    bodies: bodies.toSorted((a, b) => a.atMs - b.atMs),
    logs: new Map(there.map((job) => [logPath(job), job])),
    longLog: newest === undefined ? null : logPath(newest),
  };
}
