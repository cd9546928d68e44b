import type { Verdict } from "../../judge/verdict.ts";
import type { Arrival, ArtifactArrival, ResultSetArrival } from "../../store/ports/submission-store.ts";
import type { JudgedJob, Message } from "../progress/message.ts";

/** A judged job with a verdict of this kind. */
export interface Judged<Kind extends Verdict["kind"]> extends JudgedJob {
  readonly verdict: Extract<Verdict, { kind: Kind }>;
}

/** A job, push or artifact to store. */
export type AcceptedJob = Judged<"push"> | Judged<"accepted"> | Judged<"artifact">;

/** Returns a job in the form that the store accepts. The next two functions do the same for a push and an artifact. */
export function toArrival({ message, verdict }: Judged<"accepted">): Arrival {
  return { submission: verdict.submission, origin: message.origin, received_at: arrivalTime(message) };
}

export function toResultSetArrival({ message, verdict }: Judged<"push">): ResultSetArrival {
  const { project, resultSet } = verdict;
  return { project, resultSet, received_at: arrivalTime(message) };
}

export function toArtifactArrival({ message, verdict }: Judged<"artifact">): ArtifactArrival {
  return { artifact: verdict.artifact, origin: message.origin, received_at: arrivalTime(message) };
}

function arrivalTime({ receivedAtMs }: Message): string {
  return new Date(receivedAtMs).toISOString();
}

export function projectOf(verdict: AcceptedJob["verdict"]): string {
  if (verdict.kind === "push") return verdict.project;
  return verdict.kind === "artifact" ? verdict.artifact.project : verdict.submission.project;
}
