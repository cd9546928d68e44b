import type { ShownJob } from "../shown-job.ts";
import { DataTab } from "./data-tab.tsx";
import { DetailTab } from "./detail-tab.tsx";
import { FailureTab } from "./failure-tab.tsx";
import { HistoryTab } from "./history-tab.tsx";
import { JobFacts, JobResult } from "./job-facts.tsx";
import { type TabName, tabNames, tabTitles } from "./job-tabs.ts";
import { LogTab } from "./log-tab.tsx";
import { PerformanceTab } from "./performance-tab.tsx";
import type { TabProps } from "./tab-props.ts";

export interface JobPanelProps extends TabProps {
  readonly tab: TabName;
  /** Returns the address that shows a tab of this job. A script may handle clicks on it. */
  readonly tabAddress: (tab: TabName) => string;
  readonly nowMs: number;
  /** Why the last attempt to update the job failed, so that older data is shown; null if it did not fail. */
  readonly trouble?: string | null;
}

const tabs = {
  failures: FailureTab,
  details: DetailTab,
  performance: PerformanceTab,
  logs: LogTab,
  history: HistoryTab,
  data: DataTab,
} as const satisfies Readonly<Record<TabName, (props: TabProps) => unknown>>;

/**
 * Everything that is known about one job: its result and its facts on the left, and tabs on the right. On a narrow screen the tabs
 * come before the facts. The server and the browser draw the same panel.
 */
export function JobPanel({ shown, tab, tabAddress, zone, nowMs, trouble = null }: JobPanelProps) {
  const Tab = tabs[tab];
  return (
    <div class="job-panel" data-zone={zone}>
      <JobResult shown={shown} />
      <div class="job-tabs">
        <nav aria-label="About this job">
          <ul>
            {tabNames.map((name) => (
              <li key={name}>
                <a href={tabAddress(name)} data-tab={name} aria-current={name === tab ? "page" : undefined}>
                  {tabTitles[name]}
                  {tabCount(name, shown)}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        {trouble !== null && (
          <p class="note note-trouble" role="status">
            {trouble}
          </p>
        )}
        <section class={`job-tab job-tab-${tab}`} aria-label={tabTitles[tab]}>
          <Tab shown={shown} zone={zone} />
        </section>
      </div>
      <JobFacts shown={shown} zone={zone} nowMs={nowMs} />
    </div>
  );
}

/** The number of entries in a tab, so that nobody has to open a tab to see that it is empty. */
function tabCount(name: TabName, { failures, details, performance, logs, data }: ShownJob) {
  const counts: Partial<Record<TabName, number>> = {
    failures: failures.lines.length,
    details: details.length,
    performance: performance.rows.length,
    logs: logs.length,
    data: data.length,
  };
  const count = counts[name];
  return count === undefined ? null : <span class="tab-count"> {count}</span>;
}
