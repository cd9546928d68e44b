import type { OnlyCounted, RejectionHead } from "../../domain/rejection.ts";
import type { WorkerStatus } from "../../http/observe/worker-status.ts";
import type { ExplainedJob } from "../../store/ports/job-reads.ts";
import type { RejectionCount } from "../../store/ports/rejection-reads.ts";
import type { RoadQuestion } from "../../web/road-question.ts";

/** Everything that the road check looks at. */
export interface RoadFacts {
  readonly question: RoadQuestion;
  /** What the store knows of the task; null if none was given, or if the store does not answer. */
  readonly known: KnownOfTask | null;
  readonly isStoreAway: boolean;
  /** The statuses of the workers that answered. */
  readonly workers: readonly WorkerStatus[];
  /** Returns whether an exchange may write to a project; null if no registry is at hand. */
  readonly acceptsProject: ((exchange: string, project: string) => boolean) | null;
  /**
   * Messages of the exchange in recent days that were rejected as a whole, so that no task id is known of them; null if they
   * could not be counted in time.
   */
  readonly unreadable: readonly RejectionCount[] | null;
  /** What the store knows of the project; null if none is known. */
  readonly project: ProjectFacts | null;
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number;
}

export interface KnownOfTask {
  readonly jobs: readonly ExplainedJob[];
  /** Newest first. */
  readonly rejections: readonly RejectionHead[];
  /** Rejections of recent days that were only counted, of any task. */
  readonly only_counted: readonly OnlyCounted[];
}

export interface ProjectFacts {
  readonly name: string;
  /** Whether the project has a push. */
  readonly exists: boolean;
  /** When a client last posted to this project, in ISO 8601; null if no client's last request went there. */
  readonly lastPostAt: string | null;
}

/** The exchange and the project that are checked: as asked, otherwise as the job or its rejection says. */
export interface Sought {
  readonly exchange: string | null;
  readonly routingKey: string | null;
  readonly project: string | null;
}
