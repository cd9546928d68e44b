import { faultMeanings, isFaultReason } from "../domain/explain-fault.ts";
import { Misuse } from "../domain/faults.ts";
import type { StoredRejection } from "../domain/rejection.ts";
import type { RejectionFilter, Store } from "../store/store.ts";
import type { CommandOptions } from "./program.ts";
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

/** So many are in memory at once, with their payloads; as many as a worker writes at once. */
const PAGE = 200;

/** All that fit, a page at a time, newest first or oldest first; never an empty page. */
export async function* rejectionPages(
  store: Pick<Store, "listRejections">,
  filter: RejectionFilter,
  { limit, oldestFirst }: { readonly limit: number; readonly oldestFirst: boolean },
): AsyncGenerator<readonly StoredRejection[]> {
  let left = limit;
  let after: StoredRejection | undefined;
  while (left > 0) {
    const place = after === undefined ? {} : { after };
    const page = await store.listRejections({
      ...filter,
      ...place,
      oldestFirst,
      limit: Math.min(PAGE, left),
    });
    if (page.length === 0) return;
    yield page;
    left -= page.length;
    after = page.at(-1);
  }
}

/** How an id is shown: enough of it to be the only one, mostly. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}

export function noSuchRejection(id: string): string {
  return `There is no rejection ${id}: it has been replayed, has expired, or is in another store.`;
}

const SHORTEST_PREFIX = 4;

/**
 * The rejection whose id begins so.
 *
 * @returns null: there is none.
 * @throws Misuse for what is no beginning of an id, and where several begin so.
 */
export async function findByPrefix(
  store: Pick<Store, "listRejections">,
  text: string,
): Promise<StoredRejection | null> {
  const id_prefix = text.toLowerCase();
  if (!/^[0-9a-f]{1,32}$/.test(id_prefix) || id_prefix.length < SHORTEST_PREFIX) {
    throw new Misuse([
      `an id is 32 hexadecimal digits, or at least the first ${SHORTEST_PREFIX} of them, as rejections list shows it; ` +
        `this is ${JSON.stringify(text)}`,
    ]);
  }
  const found = await store.listRejections({ id_prefix, limit: 5 });
  if (found.length > 1) {
    const several = found.map(({ id }) => id).join(", ");
    throw new Misuse([`several rejections begin with ${text}: ${several}; give more of the id`]);
  }
  return found[0] ?? null;
}
