import { resultSetId } from "../../domain/ids.ts";
import { topRevision } from "../../domain/result-set.ts";
import type { ResultSetArrival, StoreOutcome } from "../ports/submission-store.ts";
import { keysOf } from "./complete-push.ts";
import type { PushBook } from "./push-book.ts";

const unnamed: StoreOutcome = {
  kind: "rejected",
  fault: {
    reason: "unusable-field",
    pointer: "/revisions",
    detail: "names no revision: give the push a revision, or list at least one",
  },
};

/**
 * Creates or completes the submitted pushes in order, in memory. Returns the outcomes, and records the pushes to write in the push
 * book. Otherwise pure, so that all adapters decide the same.
 */
export function planResultSets(batch: readonly ResultSetArrival[], pushes: PushBook): StoreOutcome[] {
  return batch.map(({ project, resultSet, received_at }) => {
    return topRevision(resultSet) === "" ? unnamed : pushes.complete(project, resultSet, received_at);
  });
}

/** Returns the id of a submitted push. */
export function pushIdOf({ project, resultSet }: ResultSetArrival): string {
  return resultSetId(project, topRevision(resultSet));
}

/** Returns the keys for looking up the stored pushes: those of all submitted revisions, and the submitted hashes. */
export function submittedKeys(batch: readonly ResultSetArrival[]): {
  keys: string[];
  hashes: [project: string, hash: string][];
} {
  const keys = new Set<string>();
  const hashes = new Map<string, [string, string]>();
  for (const { project, resultSet } of batch) {
    for (const key of keysOf(project, resultSet)) keys.add(key);
    const { revision_hash } = resultSet;
    if (revision_hash !== undefined) hashes.set(`${project}/${revision_hash}`, [project, revision_hash]);
  }
  return { keys: [...keys], hashes: [...hashes.values()] };
}
