import { faultMeanings, isFaultReason } from "../../domain/explain-fault.ts";
import { Misuse } from "../../domain/faults.ts";
import type { RejectionFilter } from "../../store/ports/rejection-reads.ts";
import type { CommandOptions } from "./command-options.ts";
import { given, readTime } from "./query-options.ts";

/** As the commands about rejections take them. */
export const rejectionFilters = [
  ["--exchange <name>", "of messages of this exchange"],
  ["--routing-key <key>", "... with this routing key"],
  ["--project <name>", "of jobs of this project"],
  ["--task <id>", "of this task (as a slug or a UUID) and its runs, or of this job guid"],
  ["--reason <reason>", Object.keys(faultMeanings).join(", ")],
  ["--since <time>", "last seen since: 2026-01-05T10:00:00Z, or how long ago: 30m, 12h, 7d"],
  ["--until <time>", "last seen before: the same"],
  ["--limit <count>", "at most so many"],
] as const;

/** @throws Misuse naming the option that is wrong. */
export function readFilter(options: CommandOptions): RejectionFilter {
  const exchange = given(options["exchange"]);
  const routing_key = given(options["routingKey"]);
  const project = given(options["project"]);
  const task_id = given(options["task"]);
  const reason = given(options["reason"]);
  const since = given(options["since"]);
  const until = given(options["until"]);
  if (reason !== undefined && !isFaultReason(reason)) {
    throw new Misuse([`--reason must be one of ${Object.keys(faultMeanings).join(", ")}; it is ${reason}`]);
  }
  return {
    ...(exchange !== undefined && { exchange }),
    ...(routing_key !== undefined && { routing_key }),
    ...(project !== undefined && { project }),
    ...(task_id !== undefined && { task_id }),
    ...(reason !== undefined && { reason }),
    ...(since !== undefined && { since: readTime("--since", since) }),
    ...(until !== undefined && { until: readTime("--until", until) }),
  };
}
