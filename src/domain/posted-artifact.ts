import type { Artifact, Refusal } from "./submission.ts";

/** An artifact that was posted by itself, for a job that is stored already. It is ready to be stored. */
export interface PostedArtifact {
  readonly project: string;
  readonly job_guid: string;
  readonly artifact: Artifact;
  /** The blob of a `text_log_summary` that came without `Bug suggestions`, which are made from it; null if none are to be made. */
  readonly suggestions_for: string | null;
  /** The `logname` of a `text_log_summary`: that log is parsed already; null if there is none. */
  readonly summary_of: string | null;
  /** Parts of the artifact that could not be used, for the answer to its client. */
  readonly refused: readonly Refusal[];
}
