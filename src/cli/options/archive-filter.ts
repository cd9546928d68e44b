import type { ArchiveFilter } from "../../store/ports/archive-store.ts";
import type { CommandOptions } from "./command-options.ts";
import { given, readPeriod } from "./query-options.ts";

/** The options that select archived messages. */
export const archiveFilters = [
  ["--since <time>", "arrived at or after: 2026-01-05T10:00:00Z, or how long ago: 90m, 1h, 7d"],
  ["--until <time>", "arrived before: in the same forms (default: now)"],
  ["--exchange <name>", "only messages from this exchange"],
  ["--client <id>", "only what this client id posted over REST"],
  ["--project <name>", "only jobs of this project"],
  ["--task <id>", "only this task (slug or UUID) with all its runs, or only this job guid"],
] as const;

/**
 * Reads the options that select archived messages. The filter always has an end time, so that a replay ends although workers keep
 * archiving.
 *
 * @throws Misuse that names the invalid option.
 */
export function readArchiveFilter(options: CommandOptions): ArchiveFilter & { readonly until: string } {
  const now = new Date().toISOString();
  const { since = null, until = now } = readPeriod(options);
  return {
    since,
    until,
    exchange: given(options["exchange"]) ?? null,
    client: given(options["client"]) ?? null,
    project: given(options["project"]) ?? null,
    task: given(options["task"]) ?? null,
  };
}
