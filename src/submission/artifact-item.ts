import { ok, type Result, refuse } from "../domain/faults.ts";
import { jobGuid } from "../domain/job-guid.ts";
import type { PostedArtifact } from "../domain/posted-artifact.ts";
import type { ArtifactItem } from "../validate/item-types.ts";
import { type ArtifactLimits, logNameOf, prepareArtifacts } from "./prepare-artifacts.ts";

/**
 * Prepares an item of an artifact collection to be stored. Pure. Its blob is limited and cleaned in the same way as the blobs of
 * artifacts inside a job.
 *
 * @param item - fits `schemas/artifact-item.yml`. Members that are not in the schema are ignored.
 * @param blob - the item's blob, with numbers as the client wrote them.
 * @param hasSuggestions - returns whether the same list contains `Bug suggestions` for a guid. If so, none are made for it.
 * @returns fault `unusable-field` if no part of the blob can be stored.
 */
export function readArtifactItem(
  { job_guid, name, type }: ArtifactItem,
  blob: unknown,
  project: string,
  limits: ArtifactLimits,
  hasSuggestions: (guid: string) => boolean,
): Result<PostedArtifact> {
  const guid = jobGuid(job_guid);
  const { artifacts, refused } = prepareArtifacts([{ name, type, blob }], limits, guid);
  const [artifact] = artifacts;
  if (artifact === undefined) {
    const detail = refused[0]?.reason ?? "holds nothing that can be stored";
    return refuse({ reason: "unusable-field", pointer: "/blob", detail });
  }
  const isSummary = artifact.name === "text_log_summary";
  return ok({
    project,
    job_guid: guid,
    artifact,
    suggestions_for: isSummary && !hasSuggestions(guid) ? artifact.blob : null,
    summary_of: isSummary ? logNameOf(artifact.blob) : null,
    refused,
  });
}
