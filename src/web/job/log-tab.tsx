import { counted } from "../../domain/text/counted.ts";
import { printable } from "../../domain/text/printable.ts";
import { logAddress } from "../addresses.ts";
import { DataLink } from "../data-link.tsx";
import type { LogOfJob } from "../shown-job.ts";
import { ShownTime, type Zone } from "../shown-time.tsx";
import { ReparseCommand } from "./reparse-command.tsx";
import type { TabProps } from "./tab-props.ts";

/** The logs tab: whether each log has been parsed, why not, and the address of the raw log. */
export function LogTab({ shown: { job, logs }, zone }: TabProps) {
  const place = { project: job.project, guid: job.job_guid };
  if (logs.length === 0) return <p>No logs available for this job</p>;
  return (
    <>
      <ul class="logs">
        {logs.map((log) => (
          <li key={`${log.name} ${log.url}`}>
            <h2 class="data-text">
              <a href={logAddress({ ...place, log: log.name })}>{printable(log.name)}</a>{" "}
              <span class={`log-status log-status-${log.parse_status}`}>{log.parse_status}</span>
            </h2>
            <p>
              <LogState log={log} zone={zone} />
            </p>
            {log.failure !== null && <p class="note note-trouble data-text">{printable(log.failure)}</p>}
            <p class="data-text">
              raw log: <DataLink href={log.url}>{printable(log.url)}</DataLink>
            </p>
          </li>
        ))}
      </ul>
      <ReparseCommand job={job} logs={logs} />
    </>
  );
}

function LogState({ log, zone }: { readonly log: LogOfJob; readonly zone: Zone }) {
  const { parse_status, next_attempt_at, attempts, is_read_here } = log;
  if (parse_status === "parsed") return <>Its summary is there: the viewer shows its steps and errors.</>;
  if (parse_status === "failed") {
    return (
      <>
        {attempts === 0
          ? "Its publisher says that it could not be parsed."
          : `Given up after ${counted(attempts, "attempt")}.`}
      </>
    );
  }
  if (!is_read_here) return <>Logs with this name are not read here: their publisher sends the summary.</>;
  if (next_attempt_at === null) return <>Waiting to be read.</>;
  return (
    <>
      Waiting to be read; next attempt <ShownTime at={next_attempt_at} zone={zone} />
      {attempts > 0 && `, after ${attempts} that failed`}.
    </>
  );
}
