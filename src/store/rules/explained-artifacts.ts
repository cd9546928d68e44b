import type { ArtifactMaker, ExplainedArtifact } from "../ports/job-reads.ts";
import type { WorkItem } from "../ports/work-store.ts";

/** A stored artifact without its content. The maker is missing if an earlier version stored the artifact. */
export interface ArtifactRow {
  readonly name: string;
  readonly made_by?: ArtifactMaker | null;
}

/** Returns the distinct names in the order of arrival, each with all makers of artifacts of that name. */
export function explainedArtifacts(rows: readonly ArtifactRow[]): ExplainedArtifact[] {
  const makers = new Map<string, Set<ArtifactMaker>>();
  for (const { name, made_by } of rows) {
    const known = makers.get(name) ?? new Set();
    if (made_by) known.add(made_by);
    makers.set(name, known);
  }
  return [...makers].map(([name, known]) => ({ name, made_by: [...known] }));
}

/** Returns the maker to store with the artifacts made from this work item. */
export function makerOf({ kind }: WorkItem): ArtifactMaker {
  return kind === "log" ? "log" : "summary";
}
