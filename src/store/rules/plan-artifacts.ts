import { artifactId, artifactIds, BUG_SUGGESTIONS, jobId, suggestionsId } from "../../domain/ids.ts";
import { senderOf } from "../../domain/origin.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { ArtifactArrival, StoreOutcome } from "../ports/submission-store.ts";
import { otherSender } from "./other-sender.ts";
import { addFirst, noParts, type PlannedParts } from "./planned-parts.ts";
import { whyNotStorable } from "./storable.ts";

/** Stored jobs and artifacts that a batch of posted artifacts refers to. */
export interface KnownToArtifacts {
  /** The stored jobs of the batch, by id. */
  readonly jobs: ReadonlyMap<string, Pick<StoredJob, "transitions">>;
  /** The ids of {@link artifactsToRead} that are stored. */
  readonly artifacts: ReadonlySet<string>;
}

export interface ArtifactsPlan extends PlannedParts {
  /** In the order of the batch. */
  readonly outcomes: StoreOutcome[];
}

/** An artifact whose id must be looked up before a batch is planned. */
export interface ArtifactToRead {
  readonly id: string;
  /** The id of the job. */
  readonly job: string;
  readonly name: string;
  /** See `apartBy`. */
  readonly blob: string;
}

/** Returns the artifacts that must be looked up before a batch is planned, without duplicates. */
export function artifactsToRead(batch: readonly ArtifactArrival[]): ArtifactToRead[] {
  const wanted = new Map<string, ArtifactToRead>();
  for (const { artifact: posted } of batch) {
    const { project, job_guid, artifact, suggestions_for } = posted;
    const { name, blob } = artifact;
    const job = jobId(project, job_guid);
    const id = artifactId(project, job_guid, artifact);
    wanted.set(id, { id, job, name, blob });
    if (suggestions_for === null) continue;
    const suggested = artifactIds(project, job_guid, BUG_SUGGESTIONS);
    wanted.set(suggested, { id: suggested, job, name: BUG_SUGGESTIONS, blob: "" });
  }
  return [...wanted.values()];
}

/**
 * Plans the writes for posted artifacts. An artifact is only added if its job has no artifact of that name. Suggestions are made
 * from a posted summary even if the job keeps another summary, unless the job has suggestions. Pure, so that all adapters decide
 * the same.
 */
export function planArtifacts(batch: readonly ArtifactArrival[], known: KnownToArtifacts): ArtifactsPlan {
  const plan: ArtifactsPlan = { outcomes: [], ...noParts() };
  for (const arrival of batch) plan.outcomes.push(apply(arrival, known, plan));
  return plan;
}

function apply(
  { artifact: posted, origin, received_at }: ArtifactArrival,
  known: KnownToArtifacts,
  plan: ArtifactsPlan,
): StoreOutcome {
  const { project, job_guid, artifact, suggestions_for, summary_of } = posted;
  const job = jobId(project, job_guid);
  const stored = known.jobs.get(job);
  if (stored === undefined) return unknownJob(project, job_guid);
  const detail = whyNotStorable(artifact.blob);
  if (detail !== null)
    return { kind: "rejected", fault: { reason: "unusable-field", pointer: "/blob", detail } };

  const has = (id: string): boolean => known.artifacts.has(id) || plan.artifacts.has(id);
  const id = artifactId(project, job_guid, artifact);
  const isNew = !has(id);
  if (isNew) plan.artifacts.set(id, { job, artifact });
  if (summary_of !== null) plan.summarised.push({ job, logName: summary_of, newLogs: 0 });
  if (suggestions_for !== null && !has(artifactIds(project, job_guid, BUG_SUGGESTIONS))) {
    addFirst(plan.suggestions, suggestionsId(project, job_guid, suggestions_for), {
      ...{ project, job_guid, exchange: senderOf(origin), blob: suggestions_for },
      next_attempt_at: received_at,
    });
  }
  return isNew ? { kind: "stored", ...otherSender(stored, origin) } : { kind: "unchanged" };
}

/**
 * Corrects the planned outcomes after the write.
 *
 * @param changes - the changes by other writers since the batch was planned: `existed` has the ids of artifacts that they added,
 *   `gone` those of jobs that they removed.
 */
export function outcomesAfter(
  batch: readonly ArtifactArrival[],
  outcomes: readonly StoreOutcome[],
  changes: { readonly existed: ReadonlySet<string>; readonly gone: ReadonlySet<string> },
): StoreOutcome[] {
  return outcomes.map((outcome, at) => {
    const posted = batch[at]?.artifact;
    if (posted === undefined || outcome.kind === "rejected") return outcome;
    const { project, job_guid } = posted;
    if (changes.gone.has(jobId(project, job_guid))) return unknownJob(project, job_guid);
    if (outcome.kind === "unchanged") return outcome;
    const id = artifactId(posted.project, posted.job_guid, posted.artifact);
    return changes.existed.has(id) ? { kind: "unchanged" } : outcome;
  });
}

function unknownJob(project: string, job_guid: string): StoreOutcome {
  return { kind: "rejected", fault: { reason: "unknown-job", project, job_guid } };
}
