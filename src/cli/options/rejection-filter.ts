import { faultMeanings, isFaultReason } from "../../domain/explain-fault.ts";
import { Misuse } from "../../domain/faults.ts";
import type { RejectionFilter } from "../../store/ports/rejection-reads.ts";
import type { CommandOptions } from "./command-options.ts";
import { given, readPeriod } from "./query-options.ts";

/** The filter options of all commands about rejections. */
export const rejectionFilters = [
  ["--exchange <name>", "only messages from this exchange"],
  ["--routing-key <key>", "only messages with this routing key"],
  ["--client <id>", "only what this client id posted over REST"],
  ["--project <name>", "only jobs of this project"],
  ["--task <id>", "only this task (slug or UUID) with all its runs, or only this job guid"],
  ["--reason <reason>", Object.keys(faultMeanings).join(", ")],
  ["--since <time>", "last seen at or after: 2026-01-05T10:00:00Z, or how long ago: 30m, 12h, 7d"],
  ["--until <time>", "last seen before: in the same forms"],
  ["--limit <count>", "at most this many"],
] as const;

/** Reads the filter options. @throws Misuse that names the invalid option. */
export function readFilter(options: CommandOptions): RejectionFilter {
  const exchange = given(options["exchange"]);
  const routing_key = given(options["routingKey"]);
  const client_id = given(options["client"]);
  const project = given(options["project"]);
  const task_id = given(options["task"]);
  const reason = given(options["reason"]);
  if (reason !== undefined && !isFaultReason(reason)) {
    throw new Misuse([`--reason must be one of ${Object.keys(faultMeanings).join(", ")}; it is ${reason}`]);
  }
  return {
    ...(exchange !== undefined && { exchange }),
    ...(routing_key !== undefined && { routing_key }),
    ...(client_id !== undefined && { client_id }),
    ...(project !== undefined && { project }),
    ...(task_id !== undefined && { task_id }),
    ...(reason !== undefined && { reason }),
    ...readPeriod(options),
  };
}
