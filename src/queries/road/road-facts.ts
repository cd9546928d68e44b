import type { OnlyCounted, RejectionHead } from "../../domain/rejection.ts";
import type { WorkerStatus } from "../../http/observe/worker-status.ts";
import type { ExplainedJob } from "../../store/ports/job-reads.ts";
import type { RejectionCount } from "../../store/ports/rejection-reads.ts";
import type { RoadQuestion } from "../../web/road-question.ts";

/** The facts that the road check needs. */
export interface RoadFacts {
  readonly question: RoadQuestion;
  /** The store's data about the task; null if no task was given, or if the store does not answer. */
  readonly known: KnownOfTask | null;
  readonly isStoreAway: boolean;
  /** The statuses of the workers that answered. */
  readonly workers: readonly WorkerStatus[];
  /** Returns whether an exchange may write to a project; null if this process does not have the registry. */
  readonly acceptsProject: ((exchange: string, project: string) => boolean) | null;
  /**
   * Counts of recent messages from the exchange that were rejected as a whole, so that their task ids are not known; null if
   * they could not be counted in time.
   */
  readonly unreadable: readonly RejectionCount[] | null;
  /** The store's data about the project; null if no project is known. */
  readonly project: ProjectFacts | null;
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number;
}

export interface KnownOfTask {
  readonly jobs: readonly ExplainedJob[];
  /** Newest first. */
  readonly rejections: readonly RejectionHead[];
  /** Recent rejections that were only counted, for any task. */
  readonly only_counted: readonly OnlyCounted[];
}

export interface ProjectFacts {
  readonly name: string;
  /** Whether the project has a push. */
  readonly exists: boolean;
  /** When a client last posted to this project, in ISO 8601; null if no client's last request went there. */
  readonly lastPostAt: string | null;
}

/** The values to check: those of the question, otherwise those of the job or of its rejection. */
export interface Sought {
  readonly exchange: string | null;
  readonly routingKey: string | null;
  readonly project: string | null;
}
