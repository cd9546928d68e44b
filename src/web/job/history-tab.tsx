import { printable } from "../../domain/text/printable.ts";
import { publishAddress } from "../addresses.ts";
import { CopyCommand } from "../copy-command.tsx";
import type { ShownJob, ShownRejection } from "../shown-job.ts";
import { ShownTime, type Zone } from "../shown-time.tsx";
import { RefusalList } from "./refused-parts.tsx";
import { SimilarJobsTable } from "./similar-jobs-table.tsx";
import type { TabProps } from "./tab-props.ts";
import { WideTable } from "./wide-table.tsx";

/** The history tab: the messages that changed the job, refused parts, rejected messages, similar jobs and artifacts. */
export function HistoryTab({ shown, zone }: TabProps) {
  const { job, history } = shown;
  return (
    <>
      <Messages shown={shown} zone={zone} />
      {history.refused.length > 0 && (
        <>
          <h2>Refused parts of its messages</h2>
          <RefusalList refused={history.refused} />
        </>
      )}
      <h2>Rejected messages of the same task</h2>
      {history.rejections.length === 0 ? (
        <p>None.</p>
      ) : (
        <ul class="rejections">
          {history.rejections.map((rejection) => (
            <li key={rejection.id}>
              <Rejection rejection={rejection} zone={zone} />
            </li>
          ))}
        </ul>
      )}
      {history.has_more_rejections && (
        <p>
          Older ones are left out. <a href={publishAddress(job.job_guid)}>Look up the task</a>
        </p>
      )}
      <SimilarJobsTable shown={shown} zone={zone} />
      <Made shown={shown} zone={zone} />
      <h2>The same on the command line</h2>
      <CopyCommand words={explainWords(job)} />
    </>
  );
}

/** Returns the command that explains the job. Without `--`, a guid that begins with a hyphen would be read as an option. */
function explainWords({ project, job_guid }: ShownJob["job"]): string[] {
  const words = ["pulse-ingest", "explain", "--project", project];
  return job_guid.startsWith("-") ? [...words, "--", job_guid] : [...words, job_guid];
}

function Messages({ shown: { history }, zone }: TabProps) {
  const senders = [...new Set(history.transitions.map(({ from }) => from))];
  return (
    <>
      <h2>Messages that moved the job</h2>
      <WideTable label="Messages">
        <thead>
          <tr>
            <th scope="col">Arrived</th>
            <th scope="col">State</th>
            <th scope="col">From</th>
            <th scope="col">Routing key or path</th>
            <th scope="col">Redelivered</th>
          </tr>
        </thead>
        <tbody>
          {history.transitions.map(({ received_at, state, result, from, by, redelivered }) => (
            <tr key={`${received_at} ${state}`}>
              <td>
                <ShownTime at={received_at} zone={zone} />
              </td>
              <th scope="row">
                {printable(state)}
                {state === "completed" && result !== null && `, ${printable(result)}`}
              </th>
              <td>{printable(from)}</td>
              <td>{printable(by)}</td>
              <td>{redelivered ? "yes" : "no"}</td>
            </tr>
          ))}
        </tbody>
      </WideTable>
      <p class="muted">
        Up to ten messages that moved the job: the first one and the last nine. Others are not listed.
      </p>
      {senders.length > 1 && (
        <p class="note note-warning">
          The job was changed by more than one sender: {senders.map(printable).join(", ")}. The setting{" "}
          <code>accept_projects</code> in the registry limits who may change it.
        </p>
      )}
    </>
  );
}

interface RejectionProps {
  readonly rejection: ShownRejection;
  readonly zone: Zone;
}

function Rejection({ rejection, zone }: RejectionProps) {
  const { id, reason, count, last_seen, from, errors } = rejection;
  return (
    <>
      <p>
        <strong>{reason}</strong>, {count === 1 ? "once" : `${count} times`}, last{" "}
        <ShownTime at={last_seen} zone={zone} />, from <span class="data-text">{printable(from)}</span>
      </p>
      <ul>
        {errors.map(({ pointer, message }) => (
          <li key={`${pointer} ${message}`} class="data-text">
            <code>{pointer === "" ? "(whole)" : printable(pointer)}</code> {printable(message)}
          </li>
        ))}
      </ul>
      <CopyCommand words={["pulse-ingest", "rejections", "show", id]} />
    </>
  );
}

function Made({ shown: { history }, zone }: TabProps) {
  const { made, suggestions } = history;
  return (
    <>
      <h2>Artifacts</h2>
      {made.length === 0 ? (
        <p>None.</p>
      ) : (
        <ul class="data-text">
          {made.map(({ name, made_by }) => (
            <li key={name}>
              {printable(name)}: {made_by}
            </li>
          ))}
        </ul>
      )}
      {suggestions.map(({ attempts, next_attempt_at, failure }) => (
        <p key={failure} class="note note-warning">
          Bug suggestions still have to be made from the submitted summary.{" "}
          {attempts > 0 && `Attempts that failed: ${attempts}. `}
          {failure !== null && <span class="data-text">{printable(failure)} </span>}
          {next_attempt_at === null ? (
            "They are not tried again."
          ) : (
            <>
              The next attempt is at <ShownTime at={next_attempt_at} zone={zone} />.
            </>
          )}
        </p>
      ))}
    </>
  );
}
