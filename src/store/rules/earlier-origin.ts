import type { StoredRoute } from "../../domain/origin.ts";
import type { StoredJob } from "../../domain/stored-job.ts";

/** Returns a stored document with its origin. Versions that knew Pulse alone did not write one. */
export function withOrigin<T extends StoredRoute>(stored: T): T {
  return stored.origin === undefined ? { ...stored, origin: "pulse" } : stored;
}

/** Returns a stored job whose transitions all have their origin. */
export function withOrigins<Job extends StoredJob>(job: Job): Job {
  return { ...job, transitions: job.transitions.map(withOrigin) };
}
