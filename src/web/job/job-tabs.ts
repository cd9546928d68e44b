import { jobStatus } from "../job-status.ts";
import type { ShownJob } from "../shown-job.ts";

/** The tabs of a job, in their order; the names stand in addresses. */
export const tabNames = ["failures", "details", "performance", "logs", "history", "data"] as const;

export type TabName = (typeof tabNames)[number];

export const tabTitles: Readonly<Record<TabName, string>> = {
  failures: "Failures",
  details: "Details",
  performance: "Performance",
  logs: "Logs",
  history: "History",
  data: "Data",
};

/** Returns the tab that an address asks for; null if it names none. */
export function readTab(text: string | null | undefined): TabName | null {
  return tabNames.find((name) => name === text) ?? null;
}

/** Returns the tab that is shown first: what people look for in a job with this status. @see spec/ui.md, section 2.8 */
export function firstTab({ job, coalesced_to, performance }: ShownJob): TabName {
  if (jobStatus(job.state, job.result, coalesced_to !== null) !== "success") return "failures";
  return performance.rows.length > 0 ? "performance" : "details";
}

/** Returns the tab after this one; after the last comes the first. */
export function nextTab(tab: TabName): TabName {
  return tabNames[(tabNames.indexOf(tab) + 1) % tabNames.length] ?? tab;
}
