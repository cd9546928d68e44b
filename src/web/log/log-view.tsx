import { printable } from "../../domain/text/printable.ts";
import { jobAddress, logAddress, pushAddress } from "../addresses.ts";
import { DataLink } from "../data-link.tsx";
import { JobInfoList } from "../job/job-info-list.tsx";
import { jobStatus, shadingClass } from "../job-status.ts";
import { jobTitle } from "../job-title.ts";
import { ShownTime } from "../shown-time.tsx";
import { NoLog } from "./no-log.tsx";
import { PlainLog, type PlainPage } from "./plain-log.tsx";
import { StepList } from "./step-list.tsx";
import { hasNoSummary, type ViewedLog } from "./viewed-log.ts";

export interface LogViewProps {
  readonly viewed: ViewedLog;
  /** The content for browsers without scripts. */
  readonly plain: PlainPage;
}

/** The page of a log: the job, its logs, the steps, and the lines. */
export function LogView({ viewed, plain }: LogViewProps) {
  return (
    <div class="log-page">
      <LogHead viewed={viewed} />
      {viewed.chosen === null ? (
        <NoLog viewed={viewed} />
      ) : (
        <div class="log-columns">
          <StepList viewed={viewed} />
          <Lines viewed={viewed} plain={plain} />
        </div>
      )}
    </div>
  );
}

/** @see spec/ui.md, section 4, row 2 */
function LogHead({ viewed }: { readonly viewed: ViewedLog }) {
  const { job, revision, coalesced_to, details, logs, chosen } = viewed;
  const status = jobStatus(job.state, job.result, coalesced_to !== null);
  const place = { project: job.project, guid: job.job_guid };
  return (
    <header class="log-head">
      <h1>
        <span class={`log-result ${shadingClass(status)}`}>{printable(status)}</span>{" "}
        <a href={jobAddress(place)}>{printable(jobTitle(job))}</a>
      </h1>
      <ul class="log-facts">
        {revision !== null && (
          <li>
            push{" "}
            <a href={pushAddress({ project: job.project, revision })}>{printable(revision.slice(0, 12))}</a>
          </li>
        )}
        <li>machine {printable(job.machine)}</li>
        {job.start_timestamp > 0 && (
          <li>
            started <ShownTime at={job.start_timestamp} zone="UTC" />
          </li>
        )}
        {job.end_timestamp > 0 && (
          <li>
            ended <ShownTime at={job.end_timestamp} zone="UTC" />
          </li>
        )}
      </ul>
      {details.length > 0 && (
        <details id="job-details">
          <summary>job details ({details.length})</summary>
          <JobInfoList details={details} hasMore={viewed.has_more_details} resultsName={job.name} />
        </details>
      )}
      <nav class="log-choices" aria-label="Logs of the job">
        {logs.map(({ name, url }) => (
          <a
            key={`${name} ${url}`}
            href={logAddress({ ...place, log: name })}
            {...(chosen !== null && name === chosen.name && { "aria-current": "page" as const })}
          >
            {printable(name)}
          </a>
        ))}
        {chosen !== null && (
          <span id="raw-log">
            <DataLink href={chosen.url}>raw log</DataLink>
          </span>
        )}
      </nav>
    </header>
  );
}

/** The element for the lines. The script draws them into it; without scripts, the content of `noscript` is shown. */
function Lines({ viewed, plain }: LogViewProps) {
  const { job, chosen, failing, opens_at } = viewed;
  if (chosen === null) return null;
  return (
    <div class="log-lines">
      <div
        id="log-view"
        class="log-view"
        data-project={job.project}
        data-guid={job.job_guid}
        data-log={chosen.name}
        data-job-state={job.state}
        data-failing={hasNoSummary(viewed) ? undefined : failing.join(" ")}
        data-opens-at={opens_at === null ? "" : `${opens_at.first} ${opens_at.last}`}
      >
        <noscript>
          <PlainLog viewed={viewed} page={plain} />
        </noscript>
      </div>
    </div>
  );
}
