import type { CollectionKind } from "../../src/domain/collection.ts";
import { faultErrors } from "../../src/domain/explain-fault.ts";
import type { ItemRules, ItemVerdict } from "../../src/judge/judge-item.ts";
import { readItem } from "../../src/judge/read-collection.ts";
import { loadCollectionSchemas } from "../../src/validate/collection-schemas.ts";
import { limits, REVISION } from "../examples.ts";

type Members = Readonly<Record<string, unknown>>;

export const itemRules: ItemRules = { ...limits, collections: loadCollectionSchemas(), tiers: new Map() };

/** Returns an item of a job collection. A test names only the members, of the job or beside it, that matter to it. */
export function aJobItem(job: Members = {}, beside: Members = {}): Members {
  return { revision: REVISION, job: { job_guid: "guid/0", state: "completed", ...job }, ...beside };
}

export function aResultSetItem(overrides: Members = {}): Members {
  const revisions = [
    { revision: "b".repeat(40), author: "b@x", repository: "try", comment: "first" },
    { revision: REVISION, author: "a@x", repository: "try" },
  ];
  return { revision: REVISION, push_timestamp: 1467367200, author: "p@x", revisions, ...overrides };
}

export function anArtifactItem(overrides: Members = {}): Members {
  return { job_guid: "guid/0", name: "n", type: "json", blob: { a: 1 }, ...overrides };
}

/** Judges a single item. @param item - a string is already JSON. */
export function judge(kind: CollectionKind, item: unknown, rules: ItemRules = itemRules): ItemVerdict {
  const text = typeof item === "string" ? item : JSON.stringify(item);
  return readItem(Buffer.from(text), { kind, project: "try" }, rules).verdictOf(0);
}

/** Returns the errors of an item as `pointer keyword`, or an empty list if it is not rejected. */
export function errorsOf(kind: CollectionKind, item: unknown, rules: ItemRules = itemRules): string[] {
  const verdict = judge(kind, item, rules);
  if (verdict.kind !== "rejected") return [];
  return faultErrors(verdict.fault).map(({ pointer, keyword }) => `${pointer} ${keyword}`);
}
