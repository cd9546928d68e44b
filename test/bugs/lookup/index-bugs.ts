import { type BugIndex, BugIndexBuilder } from "../../../src/bugs/lookup/bug-index.ts";
import type { Bug } from "../../../src/domain/bug.ts";

/** Builds an index of bugs in any order. Of two bugs with the same id, the last one counts. */
export function indexBugs(bugs: Iterable<Bug>): BugIndex {
  const byId = new Map<number, Bug>();
  for (const bug of bugs) byId.set(bug.id, bug);
  const builder = new BugIndexBuilder();
  builder.add([...byId.values()].sort((a, b) => a.id - b.id));
  return builder.build();
}
