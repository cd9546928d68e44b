import { createHash } from "node:crypto";
import { aMessage } from "../examples.ts";
import { ChaosTask, type TaskOptions } from "./chaos-task.ts";
import type { Expected, Message } from "./expected.ts";
import type { Random } from "./random.ts";

/** The worker's default limit. */
const MAX_JOBS = 1000;
/** The number of the first task of large messages. The tasks of one message have consecutive numbers. */
const FIRST_TASK = 100_000_000;

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** Returns a message with more jobs than a worker accepts. It becomes one rejection, which differs from all others of the run. */
export function messageOfTooManyJobs(index: number, prefix: string, random: Random): Message {
  const first = { taskId: `${prefix}toomany${index}` };
  // The largest message is almost as long as a message may be.
  const count = random.chance(0.2) ? 300_000 : MAX_JOBS + random.below(5000);
  const body = Buffer.from(JSON.stringify([first, ...Array.from({ length: count }, () => ({}))]));
  return { body, jobs: [{ kind: "rejected", reason: "too-many-jobs", sha256: sha256(body) }] };
}

/** Returns a message of hundreds of jobs, up to a worker's limit: tasks in all their states, and some invalid items. */
export function messageOfManyJobs(index: number, options: TaskOptions, random: Random): Message {
  const wanted = 200 + random.below(MAX_JOBS - 200);
  const values: unknown[] = [];
  const jobs: Expected[] = [];
  for (let task = FIRST_TASK + index * MAX_JOBS; values.length < wanted; task++) {
    for (const { value, expected } of new ChaosTask(task, options, random).messages()) {
      if (values.length === MAX_JOBS) break;
      values.push(aMessage(value));
      jobs.push(expected);
    }
    if (values.length < wanted && random.chance(0.05)) {
      const invalid = aMessage({ taskId: `${options.prefix}item${task}`, state: "finished" });
      values.push(invalid);
      const payload = Buffer.from(JSON.stringify(invalid));
      jobs.push({ kind: "rejected", reason: "schema-violation", sha256: sha256(payload) });
    }
  }
  return { body: Buffer.from(JSON.stringify(values)), jobs };
}
