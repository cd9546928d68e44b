import { jobId } from "../../domain/ids.ts";
import type { Artifact } from "../../domain/submission.ts";
import type { NewLog, NewSuggestions } from "./new-work.ts";

/** Documents that are written along with jobs, keyed by id so that nothing is written twice. */
export interface PlannedParts {
  /** Insert-only. */
  readonly artifacts: Map<string, { readonly job: string; readonly artifact: Artifact }>;
  /** Insert-only. */
  readonly logs: Map<string, NewLog>;
  /** Insert-only. */
  readonly suggestions: Map<string, NewSuggestions>;
  /**
   * Logs from which a submitted summary was made. Logs that are already stored become `parsed` before the new ones are written.
   * `newLogs` is the number of new logs that arrived before the summary.
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

/** Returns the distinct ids of the jobs that artifacts, logs and suggestions belong to. */
export function ownersOf({ artifacts, logs, suggestions, summarised }: PlannedParts): string[] {
  const owners = [
    ...Array.from(artifacts.values(), ({ job }) => job),
    ...Array.from(logs.values(), ({ job }) => job),
    ...Array.from(suggestions.values(), ({ project, job_guid }) => jobId(project, job_guid)),
    ...summarised.map(({ job }) => job),
  ];
  return [...new Set(owners)];
}

/** Adds a part, unless the map already has a part with this id. */
export function addFirst<T>(parts: Map<string, T>, id: string, part: T): void {
  if (!parts.has(id)) parts.set(id, part);
}
