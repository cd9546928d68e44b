import type { Artifact, Refusal } from "./submission.ts";

/** An artifact that was posted by itself, for a job that is already stored. It is ready to be stored. */
export interface PostedArtifact {
  readonly project: string;
  readonly job_guid: string;
  readonly artifact: Artifact;
  /** The blob of a `text_log_summary` from which `Bug suggestions` must be made, or null if none must be made. */
  readonly suggestions_for: string | null;
  /** The `logname` of a `text_log_summary`, whose log is therefore already parsed; null if there is none. */
  readonly summary_of: string | null;
  /** The parts of the artifact that could not be used, for the answer to the client. */
  readonly refused: readonly Refusal[];
}
