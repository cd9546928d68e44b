import { Unavailable } from "../../src/domain/faults.ts";
import type { Artifact } from "../../src/domain/submission.ts";
import { hostOf } from "../../src/domain/text/url-host.ts";
import type { WorkClaim, WorkFailure, WorkItem, WorkStore } from "../../src/store/ports/work-store.ts";

/** The ends of items, in the order in which they ended. */
export type Ended =
  | { readonly id: string; readonly how: "finished"; readonly artifacts: readonly Artifact[] }
  | { readonly id: string; readonly how: "failed"; readonly failure: WorkFailure }
  | { readonly id: string; readonly how: "released"; readonly dueAt?: string };

export interface WorkQueue
  extends Pick<WorkStore, "exchangesWithWork" | "claimWork" | "finishWork" | "failWork" | "releaseWork"> {
  readonly ended: readonly Ended[];
  readonly claims: readonly WorkClaim[];
  /** How often the queue was asked for work. */
  questions(): number;
  add(...items: readonly WorkItem[]): void;
  /** Makes the next calls of a method fail: the store is unavailable, the lease is lost, or there is a bug. */
  next(
    method: "exchangesWithWork" | "claimWork" | "finishWork" | "failWork" | "releaseWork",
    trouble: "away" | "lost" | "bug",
    times: number,
  ): void;
}

/**
 * The part of a store that holds work, with failures that a real store cannot be made to have at a given call: it is
 * unavailable, the lease is lost, a write is refused.
 */
export function aWorkQueue(): WorkQueue {
  let waiting: WorkItem[] = [];
  const ended: Ended[] = [];
  const claims: WorkClaim[] = [];
  let questions = 0;
  const troubles = new Map<string, string[]>();
  const claimed = new Set<string>();

  function trouble(method: string): boolean {
    const kind = troubles.get(method)?.shift();
    if (kind === "away") throw new Unavailable("store", "a test says so");
    if (kind === "bug") throw new TypeError("a test says so");
    return kind === "lost";
  }

  function end(id: string, entry: Ended): void {
    if (!claimed.delete(id)) throw new Error(`${id} was not claimed`);
    ended.push(entry);
  }

  return {
    ended,
    claims,
    questions: () => questions,
    add: (...items) => {
      waiting.push(...items);
    },
    next: (method, kind, times) => {
      troubles.set(
        method,
        Array.from({ length: times }, () => kind),
      );
    },
    async exchangesWithWork(kind) {
      questions++;
      trouble("exchangesWithWork");
      return [...new Set(waiting.filter((item) => item.kind === kind).map(({ exchange }) => exchange))];
    },
    async claimWork(claim) {
      claims.push(claim);
      trouble("claimWork");
      const fits = (item: WorkItem): boolean =>
        item.kind === claim.kind &&
        item.exchange === claim.exchange &&
        !(item.kind === "log" && claim.exceptHosts.includes(hostOf(item.url)));
      const [next, first] = [true, false].map((isAfter) =>
        waiting
          .filter((item) => fits(item) && item.project > claim.afterProject === isAfter)
          .toSorted((a, b) => (a.project < b.project ? -1 : a.project > b.project ? 1 : 0)),
      );
      const items = (next?.length ? next : (first ?? [])).slice(0, claim.limit);
      waiting = waiting.filter((item) => !items.includes(item));
      for (const item of items) claimed.add(item.id);
      return items;
    },
    async finishWork(item, artifacts) {
      if (trouble("finishWork")) return false;
      end(item.id, { id: item.id, how: "finished", artifacts });
      return true;
    },
    async failWork(item, failure) {
      if (trouble("failWork")) return false;
      end(item.id, { id: item.id, how: "failed", failure });
      return true;
    },
    async releaseWork(items, dueAt) {
      trouble("releaseWork");
      for (const { id } of items) end(id, { id, how: "released", ...(dueAt === undefined ? {} : { dueAt }) });
    },
  };
}
