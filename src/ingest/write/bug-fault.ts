import type { Fault } from "../../domain/faults.ts";
import type { Origin } from "../../domain/origin.ts";
import { blankUrls } from "../../domain/text/blank-url.ts";

/** Returns a bug in our code as the reason why a job is refused. */
export function bugFault(error: unknown): Fault & { readonly reason: "internal-error" } {
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { reason: "internal-error", detail: blankUrls(detail) };
}

/**
 * Returns whether a job that set off a bug is rejected. The first time it fails instead, because the circumstances may differ
 * at another attempt: the broker redelivers it. Over REST the client retries.
 */
export function isRejectedAfterBug(origin: Origin): boolean {
  return origin.kind === "pulse" && origin.redelivered;
}
