import { jobId } from "../../domain/ids.ts";
import type { Artifact } from "../../domain/submission.ts";
import type { NewLog, NewSuggestions } from "./new-work.ts";

/** What is written beside jobs. Ids are the keys, so that nothing is written twice. */
export interface PlannedParts {
  /** Insert-only. */
  readonly artifacts: Map<string, { readonly job: string; readonly artifact: Artifact }>;
  /** Insert-only. */
  readonly logs: Map<string, NewLog>;
  /** Insert-only. */
  readonly suggestions: Map<string, NewSuggestions>;
  /**
   * Logs that a submitted summary was made from. Those that are stored already become `parsed`, before the new ones are written.
   * `newLogs`: how many of the new ones came before it.
   */
  readonly summarised: { readonly job: string; readonly logName: string; readonly newLogs: number }[];
  /** Guids of the jobs that other jobs were coalesced into, by the id of the coalesced job. The greater guid wins. */
  readonly coalesced: Map<string, string>;
}

export function noParts(): PlannedParts {
  return {
    artifacts: new Map(),
    logs: new Map(),
    suggestions: new Map(),
    summarised: [],
    coalesced: new Map(),
  };
}

/** Returns the ids of the jobs that artifacts, logs and suggestions belong to. */
export function ownersOf({ artifacts, logs, suggestions, summarised }: PlannedParts): string[] {
  const owners = [
    ...Array.from(artifacts.values(), ({ job }) => job),
    ...Array.from(logs.values(), ({ job }) => job),
    ...Array.from(suggestions.values(), ({ project, job_guid }) => jobId(project, job_guid)),
    ...summarised.map(({ job }) => job),
  ];
  return [...new Set(owners)];
}

/** Adds a part, unless there is one with this id. */
export function addFirst<T>(parts: Map<string, T>, id: string, part: T): void {
  if (!parts.has(id)) parts.set(id, part);
}
