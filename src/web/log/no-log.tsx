import { printable } from "../../domain/text/printable.ts";
import { jobAddress } from "../addresses.ts";
import type { ViewedLog } from "./viewed-log.ts";

/** Shown instead of a log if there is no log to show: says why, and what to do. */
export function NoLog({ viewed: { job, logs, wanted, wanted_by } }: { readonly viewed: ViewedLog }) {
  const place = { project: job.project, guid: job.job_guid };
  const others = logs.map(({ name }) => printable(name)).join(", ");
  return (
    <div class="note note-warning">
      {logs.length === 0 && (
        <p>
          No logs available for this job.{" "}
          {job.state === "completed" ? "Its messages name none." : "It has not ended yet."}
        </p>
      )}
      {logs.length > 0 && wanted === null && (
        <p>None of the job's logs has a name that is shown by default. Choose one above: {others}.</p>
      )}
      {logs.length > 0 && wanted !== null && (
        <p>
          The job has no log named <strong>{printable(wanted)}</strong>. It has: {others}. Choose one above.
        </p>
      )}
      {wanted !== null && wanted_by === "summary" && (
        <p>
          The job's summary gives that name as its <code>logname</code>. The steps of the summary are shown
          once the publisher uses the same name for the log reference.
        </p>
      )}
      <p>
        <a href={jobAddress({ ...place, tab: "history" })}>What the job's messages said</a>
      </p>
    </div>
  );
}
