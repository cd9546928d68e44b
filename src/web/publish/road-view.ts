import type { RoadQuestion } from "../road-question.ts";

/** The steps that a job passes on its way to the grid, in order. A job that was posted over REST passes only some of them. */
export type RoadStepName =
  | "stored"
  | "rejected"
  | "listed"
  | "degraded"
  | "bound"
  | "accepted"
  | "reading"
  | "heard"
  | "readable"
  | "unscheduled"
  | "project"
  | "posted";

/**
 * `passed`: nothing stops the job here. `stopped`: the job cannot get past this. `maybe`: this may be why it is missing.
 * `unknown`: it could not be checked.
 */
export type RoadVerdict = "passed" | "stopped" | "maybe" | "unknown";

export interface RoadStep {
  readonly name: RoadStepName;
  readonly title: string;
  readonly verdict: RoadVerdict;
  readonly reason: string;
  /** A sentence that says what to do about it; null if there is nothing to do. */
  readonly next: string | null;
  /** The jobs that were found; only in the step `stored`. */
  readonly jobs?: readonly RoadJob[];
  /** The rejections that were found, newest first; only in the step `rejected`. */
  readonly rejections?: readonly RoadRejection[];
}

/** Why the grid hides a stored job by default. */
export type HiddenBy = "tier" | "coalesced";

export interface RoadJob {
  readonly project: string;
  readonly guid: string;
  readonly state: string;
  readonly result: string | null;
  readonly tier: number;
  /** The short revision of its push; null if the push has expired. */
  readonly push: string | null;
  /** The reason why it is hidden by default; null if it is shown. */
  readonly hidden_by: HiddenBy | null;
}

/** A rejection without its origin, because only operators may see client ids. */
export interface RoadRejection {
  readonly id: string;
  readonly task_id: string | null;
  readonly project: string | null;
  readonly reason: string;
  readonly count: number;
  /** ISO 8601, UTC. */
  readonly first_seen: string;
  readonly last_seen: string;
  readonly errors: readonly { readonly pointer: string; readonly message: string }[];
  /** The reason why nobody can replay it; null if an operator can. */
  readonly not_replayed: string | null;
}

/** The progress of a job on its way to the grid. */
export interface RoadView {
  readonly question: RoadQuestion;
  /** The time of the answer, in ISO 8601, UTC. */
  readonly at: string;
  /** Whether the store did not answer, so that some steps are not known. */
  readonly is_store_away: boolean;
  /** The ways that the job may have taken: in a message of an exchange, over REST, or either of these. */
  readonly ways: readonly RoadWay[];
}

export interface RoadWay {
  readonly way: "pulse" | "rest";
  /** The exchange that was checked; null if none is known, and for posts over REST. */
  readonly exchange: string | null;
  readonly steps: readonly RoadStep[];
}
