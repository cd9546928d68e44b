import type { ArtifactMaker, ExplainedArtifact } from "../ports/job-reads.ts";
import type { WorkItem } from "../ports/work-store.ts";

/** A stored artifact without its content. It has no maker if an earlier version stored it. */
export interface ArtifactRow {
  readonly name: string;
  readonly made_by?: ArtifactMaker | null;
}

/** Returns each name once, in the order of arrival, with everything that made an artifact of that name. */
export function explainedArtifacts(rows: readonly ArtifactRow[]): ExplainedArtifact[] {
  const makers = new Map<string, Set<ArtifactMaker>>();
  for (const { name, made_by } of rows) {
    const known = makers.get(name) ?? new Set();
    if (made_by) known.add(made_by);
    makers.set(name, known);
  }
  return [...makers].map(([name, known]) => ({ name, made_by: [...known] }));
}

/** Returns the maker of the artifacts that come from this item of work. */
export function makerOf({ kind }: WorkItem): ArtifactMaker {
  return kind === "log" ? "log" : "summary";
}
