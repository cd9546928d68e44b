import { jobStatus } from "../job-status.ts";
import type { ShownJob } from "../shown-job.ts";

/** The tabs of a job in display order. The names are used in addresses. */
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

/** Returns the tab that a part of an address names; null if it names none. */
export function readTab(text: string | null | undefined): TabName | null {
  return tabNames.find((name) => name === text) ?? null;
}

/** Returns the job's default tab, which is the one that people look for in a job with its status. @see spec/ui.md, section 2.8 */
export function firstTab({ job, coalesced_to, performance }: ShownJob): TabName {
  if (jobStatus(job.state, job.result, coalesced_to !== null) !== "success") return "failures";
  return performance.rows.length > 0 ? "performance" : "details";
}

/** Returns the next tab. The first tab follows the last one. */
export function nextTab(tab: TabName): TabName {
  return tabNames[(tabNames.indexOf(tab) + 1) % tabNames.length] ?? tab;
}
