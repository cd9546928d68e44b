import { type BugIndex, BugIndexBuilder } from "../../../src/bugs/lookup/bug-index.ts";
import type { Bug } from "../../../src/domain/bug.ts";

/** The index of bugs in any order, at once; of a bug that comes twice, the last counts. */
export function indexBugs(bugs: Iterable<Bug>): BugIndex {
  const byId = new Map<number, Bug>();
  for (const bug of bugs) byId.set(bug.id, bug);
  const builder = new BugIndexBuilder();
  builder.add([...byId.values()].sort((a, b) => a.id - b.id));
  return builder.build();
}
