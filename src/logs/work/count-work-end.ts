import { matchesHost } from "../../domain/text/matches-host.ts";
import type { Counters } from "../../metrics/counters.ts";
import type { WorkEnd } from "./log-worker.ts";

/**
 * Counts how a work item ended.
 *
 * @param allowHosts - the patterns of hosts that may be fetched from. A host is counted under the pattern that it matches,
 *   otherwise as `other`, because strangers choose the hosts and a metric keeps each label forever.
 */
export function countWorkEnd(counters: Counters, allowHosts: readonly string[], end: WorkEnd): void {
  const { kind, outcome, failure, figures, suggestMs, storeMs } = end;
  const host = kind === "log" ? hostLabel(end.host, allowHosts) : "";
  counters.workEnded.inc({ kind, outcome, host });
  if (failure !== null) counters.workFailed.inc({ kind, reason: failure, host });
  const observe = (step: string, ms: number): void => {
    counters.workSeconds.observe({ step, host }, ms / 1000);
  };
  if (figures !== null) {
    counters.logBytes.inc({ host }, figures.bytes);
    observe("fetch", figures.waitMs);
    observe("parse", figures.totalMs - figures.waitMs);
  }
  if (failure === null) observe("suggest", suggestMs);
  observe("store", storeMs);
}

function hostLabel(host: string, allowHosts: readonly string[]): string {
  const name = host.replace(/:\d+$/, "");
  return allowHosts.find((pattern) => matchesHost(pattern, name)) ?? "other";
}
