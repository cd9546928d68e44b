import type { CollectionEndpoint } from "#client";
import { jobGuid } from "../../domain/job-guid.ts";
import { isParsedHere, needsSuggestions, parseStatus } from "../../domain/log-plan.ts";
import { isJsonObject } from "../../domain/text/json-object.ts";

/** An artifact that the worker generates for a posted job. */
export interface ExpectedArtifact {
  readonly guid: string;
  readonly name: string;
}

const SUMMARY = "text_log_summary";
const SUGGESTIONS = "Bug suggestions";

/**
 * Returns the artifacts that the worker generates after these items have been stored: a summary and suggestions for each job with
 * a log that the worker reads, and suggestions for each summary that was posted without them. Pure.
 *
 * @param items - accepted items of one collection.
 */
export function expectedArtifacts(
  endpoint: CollectionEndpoint,
  items: readonly unknown[],
): readonly ExpectedArtifact[] {
  if (endpoint === "resultset") return [];
  const wanted = endpoint === "jobs" ? items.flatMap(wantedForJob) : wantedForArtifacts(items);
  return [...new Map(wanted.map((one) => [`${one.guid} ${one.name}`, one])).values()];
}

function wantedForJob(item: unknown): ExpectedArtifact[] {
  const job = isJsonObject(item) ? item["job"] : undefined;
  if (!isJsonObject(job) || typeof job["job_guid"] !== "string") return [];
  const artifacts = objectsOf(job["artifacts"]);
  const summary = artifacts.find(({ name }) => name === SUMMARY);
  const posted = {
    hasSummary: summary !== undefined,
    summaryLogName: logNameOf(summary?.["blob"]),
    hasSuggestions: artifacts.some(({ name }) => name === SUGGESTIONS),
  };
  const isRead = objectsOf(job["log_references"]).some(({ name, parse_status: sent }) => {
    const logName = typeof name === "string" ? name : "";
    const status = parseStatus(logName, typeof sent === "string" ? sent : null, posted);
    return isParsedHere(logName) && status === "pending";
  });
  const names = [
    ...(isRead && !posted.hasSummary ? [SUMMARY] : []),
    ...((isRead && !posted.hasSuggestions) || needsSuggestions(posted) ? [SUGGESTIONS] : []),
  ];
  const guid = jobGuid(job["job_guid"]);
  return names.map((name) => ({ guid, name }));
}

function wantedForArtifacts(items: readonly unknown[]): ExpectedArtifact[] {
  const artifacts = objectsOf(items);
  const suggested = new Set(
    artifacts.filter(({ name }) => name === SUGGESTIONS).map(({ job_guid }) => job_guid),
  );
  return artifacts.flatMap(({ name, job_guid: guid }) =>
    name === SUMMARY && typeof guid === "string" && !suggested.has(guid)
      ? [{ guid: jobGuid(guid), name: SUGGESTIONS }]
      : [],
  );
}

/** Returns the name of the log in a summary's blob, which may be an object or a JSON text; null if there is none. */
function logNameOf(blob: unknown): string | null {
  if (typeof blob === "string") {
    try {
      return logNameOf(JSON.parse(blob));
    } catch {
      return null;
    }
  }
  const name = isJsonObject(blob) ? blob["logname"] : undefined;
  return typeof name === "string" ? name : null;
}

function objectsOf(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
