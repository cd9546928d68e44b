import type { Fault } from "../../domain/faults.ts";
import type { Origin } from "../../domain/origin.ts";
import { blankUrls } from "../../domain/text/blank-url.ts";

/** Returns the fault for a job at which a bug in our code occurred. */
export function bugFault(error: unknown): Fault & { readonly reason: "internal-error" } {
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { reason: "internal-error", detail: blankUrls(detail) };
}

/**
 * Returns whether a job that triggered a bug is rejected. The first time it fails instead, because the next attempt may succeed in
 * other circumstances: the broker redelivers the message, and a REST client retries.
 */
export function isRejectedAfterBug(origin: Origin): boolean {
  return origin.kind === "pulse" && origin.redelivered;
}
