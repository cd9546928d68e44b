import type { ComponentChildren } from "preact";
import { printable } from "../../domain/text/printable.ts";
import { jobAddress, logAddress } from "../addresses.ts";
import { DataLink } from "../data-link.tsx";
import { jobStatus, shadingClass } from "../job-status.ts";
import { jobTitle } from "../job-title.ts";
import type { ShownJob } from "../shown-job.ts";
import { ShownTime, type Zone } from "../shown-time.tsx";
import { durationText } from "./job-duration.ts";
import { timeRemaining } from "./time-remaining.ts";

interface JobFactsProps {
  readonly shown: ShownJob;
  readonly zone: Zone;
  readonly nowMs: number;
}

/** The value of the job detail that links to the task in Taskcluster. */
const INSPECT_TASK = "Inspect Task";

/** The result or the state of a job, and links to its logs. */
export function JobResult({ shown }: Pick<JobFactsProps, "shown">) {
  const { job, coalesced_to } = shown;
  const status = jobStatus(job.state, job.result, coalesced_to !== null);
  return (
    <div>
      <dl class={`job-result ${shadingClass(status)}`}>
        {job.result !== null && job.state === "completed" && (
          <Fact name="Result">{printable(job.result)}</Fact>
        )}
        <Fact name="State">{printable(job.state)}</Fact>
        {coalesced_to !== null && <Fact name="Coalesced into">{printable(coalesced_to)}</Fact>}
      </dl>
      <LogButtons shown={shown} />
    </div>
  );
}

/** The facts about a job: its name, machine, times and task. @see spec/ui.md, section 2 */
export function JobFacts({ shown, zone, nowMs }: JobFactsProps) {
  const { job, details, logs } = shown;
  const { build_platform: built } = job;
  const build = [built.architecture, built.platform, built.os_name].filter((part) => part !== "");
  const nowSeconds = Math.floor(nowMs / 1000);
  const duration = durationText(job, nowSeconds);
  const remaining = timeRemaining(job, shown.typical_seconds, nowSeconds);
  const task = details.find(({ kind, value }) => kind === "link" && value === INSPECT_TASK);
  return (
    <div class="job-facts">
      {remaining !== null && <p class="job-remaining">{remaining}</p>}
      <dl>
        <Fact name="Job">{printable(jobTitle(job))}</Fact>
        {job.tier > 1 && <Fact name="Tier">{job.tier}</Fact>}
        <Fact name="Machine">{printable(job.machine)}</Fact>
        <Fact name="Build">{printable(build.join(" "))}</Fact>
        <Fact name="Job name">{printable(job.name)}</Fact>
        {job.submit_timestamp > 0 && (
          <Fact name="Requested">
            <ShownTime at={job.submit_timestamp} zone={zone} />
          </Fact>
        )}
        {job.start_timestamp > 0 && (
          <Fact name="Started">
            <ShownTime at={job.start_timestamp} zone={zone} />
          </Fact>
        )}
        {job.end_timestamp > 0 && (
          <Fact name="Ended">
            <ShownTime at={job.end_timestamp} zone={zone} />
          </Fact>
        )}
        {duration !== null && <Fact name="Duration">{duration}</Fact>}
        <Fact name="Task">
          <a href={jobAddress({ project: job.project, guid: job.job_guid })}>{printable(job.job_guid)}</a>
        </Fact>
        {task?.url != null && (
          <Fact name="Taskcluster">
            <DataLink title={printable(task.value)} href={task.url}>
              {printable(task.value)}
            </DataLink>
          </Fact>
        )}
        <Fact name="Log parsing status">
          <LogStatuses logs={logs} />
        </Fact>
      </dl>
    </div>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}:</dt> <dd>{children}</dd>
    </div>
  );
}

type Logs = ShownJob["logs"];

/** Returns whether a log is meant for people. Logs whose names end with `_json` contain data for programs. */
function isForPeople({ name }: Logs[number]): boolean {
  return !name.endsWith("_json");
}

function LogStatuses({ logs }: { readonly logs: Logs }) {
  const shown = logs.filter(isForPeople);
  if (shown.length === 0) return <>No logs</>;
  return (
    <>
      {shown.map(({ name, url, parse_status }) => (
        <span key={`${name} ${url}`} class={`log-status log-status-${parse_status}`}>
          {shown.length === 1 ? parse_status : `${printable(name)}: ${parse_status}`}
        </span>
      ))}
    </>
  );
}

/** Returns why the log viewer is not offered for a log; null if it is offered. Any log can still be opened from the logs tab. */
function whyNotOffered({ parse_status, is_read_here }: Logs[number]): string | null {
  if (parse_status === "failed") return "Log parsing has failed";
  // No worker parses a log whose name is not read here, so there is nothing to wait for. The viewer shows it without steps.
  return parse_status === "pending" && is_read_here ? "Log parsing in progress" : null;
}

function LogButtons({ shown: { job, logs } }: { readonly shown: ShownJob }) {
  const shown = logs.filter(isForPeople);
  if (shown.length === 0) return <p class="log-buttons muted">No logs available for this job</p>;
  return (
    <ul class="log-buttons">
      {shown.map((log) => (
        <li key={`${log.name} ${log.url}`}>
          <ViewerButton job={job} log={log} />
          <DataLink href={log.url}>
            raw log<span class="visually-hidden"> {printable(log.name)}</span>
          </DataLink>
          {shown.length > 1 && <span class="muted data-text">{printable(log.name)}</span>}
        </li>
      ))}
    </ul>
  );
}

interface ViewerButtonProps extends Pick<ShownJob, "job"> {
  readonly log: Logs[number];
}

function ViewerButton({ job, log }: ViewerButtonProps) {
  const obstacle = whyNotOffered(log);
  if (obstacle === null) {
    return (
      <a class="button" href={logAddress({ project: job.project, guid: job.job_guid, log: log.name })}>
        log<span class="visually-hidden"> {printable(log.name)}</span>
      </a>
    );
  }
  return (
    <span class="button button-off" title={obstacle}>
      log
      <span class="visually-hidden">
        {" "}
        {printable(log.name)}: {obstacle}
      </span>
    </span>
  );
}
