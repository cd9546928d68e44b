import type { FunctionComponent } from "preact";
import { printable } from "../../domain/text/printable.ts";
import { logAddress } from "../addresses.ts";
import type { LogOfJob, ShownJob } from "../shown-job.ts";
import { ShownTime } from "../shown-time.tsx";
import { FailureLines, LineLink } from "./failure-lines.tsx";
import { type FailureState, failureState } from "./failure-state.ts";
import { RefusedParts } from "./refused-parts.tsx";
import { ReparseCommand } from "./reparse-command.tsx";
import type { TabProps } from "./tab-props.ts";

/** The failures tab: what went wrong, and which bugs may be the cause. @see spec/ui.md, section 3 */
export function FailureTab(props: TabProps) {
  const { shown } = props;
  const View = views[failureState(shown)];
  return (
    <>
      <View {...props} />
      <RefusedParts refused={shown.history.refused} />
    </>
  );
}

const views: Readonly<Record<FailureState, FunctionComponent<TabProps>>> = {
  lines: FailureLines,
  steps: Steps,
  parsing: Parsing,
  failed: ParsingFailed,
  unread: Unread,
  "no-logs": NoLogs,
  empty: Empty,
};

function Steps({ shown }: TabProps) {
  return (
    <>
      <p>No Bug Suggestions Available.</p>
      <ul class="failed-steps">
        {shown.failures.steps.map(({ name, result, last_line }) => (
          <li key={`${name} ${last_line}`}>
            {printable(name)} : {printable(result)}.{" "}
            {last_line !== null && (
              <LineLink shown={shown} number={last_line}>
                log
              </LineLink>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

function Parsing({ shown, zone }: TabProps) {
  const waits = [...shown.logs, ...shown.history.suggestions].filter(
    ({ failure, next_attempt_at }) => failure !== null && next_attempt_at !== null,
  );
  return (
    <>
      <p>Log parsing in progress. The failure summary appears here as soon as it is there.</p>
      {waits.map(({ failure, next_attempt_at, attempts }) => (
        <p key={failure} class="note note-warning">
          Attempt {attempts} failed: <span class="data-text">{printable(failure ?? "")}</span>
          {next_attempt_at !== null && (
            <>
              {" "}
              The next attempt is at <ShownTime at={next_attempt_at} zone={zone} />.
            </>
          )}
        </p>
      ))}
    </>
  );
}

function ParsingFailed({ shown: { job, logs } }: TabProps) {
  return (
    <>
      <p>Log parsing failed. Unable to generate failure summary</p>
      {logs
        .filter(({ parse_status }) => parse_status === "failed")
        .map(({ name, url, failure }) => (
          <p key={`${name} ${url}`} class="note note-trouble data-text">
            {printable(name)}: {printable(failure ?? "the publisher says that it could not be parsed")}
          </p>
        ))}
      <ReparseCommand job={job} logs={logs} />
    </>
  );
}

function NoLogs({ shown: { job } }: TabProps) {
  return (
    <>
      <p>No logs available for this job</p>
      <p class="muted">
        {job.state === "completed"
          ? "Its messages name none. The history shows the messages."
          : "It has not ended yet. Failures appear here when its logs have been read."}
      </p>
    </>
  );
}

function Empty({ shown: { job, logs } }: TabProps) {
  const log = logs.find(({ parse_status }) => parse_status === "parsed");
  return (
    <>
      <p>Failure summary is empty</p>
      <p class="muted">
        No error line was found. <OpenLog job={job} log={log} />
      </p>
    </>
  );
}

interface OpenLogProps extends Pick<ShownJob, "job"> {
  readonly log: LogOfJob | undefined;
}

function OpenLog({ job, log }: OpenLogProps) {
  if (log === undefined) return null;
  return <a href={logAddress({ project: job.project, guid: job.job_guid, log: log.name })}>Open the log</a>;
}

function Unread({ shown: { job, logs } }: TabProps) {
  const names = logs.map(({ name }) => printable(name)).join(", ");
  return (
    <p>
      This job has no failure summary yet. Logs with the name <code>{names}</code> are not read here: their
      publisher sends the summary. <OpenLog job={job} log={logs[0]} />
    </p>
  );
}
