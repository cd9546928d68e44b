import type { StoredRoute } from "../../domain/origin.ts";
import type { StoredJob } from "../../domain/stored-job.ts";

/** Returns a stored document with its origin. Versions that supported only Pulse did not store it. */
export function withOrigin<T extends StoredRoute>(stored: T): T {
  return stored.origin === undefined ? { ...stored, origin: "pulse" } : stored;
}

/** Returns a stored job in which every transition has an origin. */
export function withOrigins<Job extends StoredJob>(job: Job): Job {
  return { ...job, transitions: job.transitions.map(withOrigin) };
}
