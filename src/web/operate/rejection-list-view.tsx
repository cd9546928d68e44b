import { operateAddress, type RejectionQuestion, rejectionAddress, rejectionsAddress } from "../addresses.ts";
import { CopyCommand } from "../copy-command.tsx";
import { shownCount } from "../shown-count.ts";
import { ShownText } from "../shown-text.tsx";
import { TimeAgo } from "../time-ago.tsx";
import type { ListedRejection, RejectionListing } from "./shown-rejections.ts";

export interface RejectionListViewProps {
  readonly listing: RejectionListing;
  /** All reasons for which a message can be rejected. */
  readonly reasons: readonly string[];
}

/** A page of rejected messages, with filters that work without scripts. */
export function RejectionListView({ listing, reasons }: RejectionListViewProps) {
  const { question, at, rejections, next } = listing;
  const isFirst = question.after === undefined;
  return (
    <div class="rejections">
      <p>
        <a href={operateAddress()}>Operate</a>
      </p>
      <h1>Rejected messages</h1>
      <Filters question={question} reasons={reasons} />
      {rejections.length === 0 ? <Empty question={question} /> : <Listing rejections={rejections} at={at} />}
      <p class="paging">
        {!isFirst && <a href={rejectionsAddress(withoutPlace(question))}>Newest</a>}{" "}
        {next !== null && <a href={rejectionsAddress({ ...question, after: next })}>Older</a>}
      </p>
      {rejections.length > 0 && isFirst && <Replay question={question} />}
    </div>
  );
}

const fields = [
  ["task", "Task id"],
  ["project", "Project"],
  ["exchange", "Exchange"],
  ["routing_key", "Routing key"],
  ["client", "Client id"],
  ["id", "Rejection id"],
  ["since", "Since"],
  ["until", "Until"],
] as const;
const timeHint = "12h or 2026-01-05T10:00:00Z";

function Filters({
  question,
  reasons,
}: {
  readonly question: RejectionQuestion;
  readonly reasons: readonly string[];
}) {
  return (
    <form class="filters" action="/operate/rejections" method="get">
      {fields.map(([name, label]) => (
        <div class="field" key={name}>
          <label for={name}>{label}</label>
          <input
            type="text"
            id={name}
            name={name}
            value={question[name] ?? ""}
            placeholder={name === "since" || name === "until" ? timeHint : ""}
            autocomplete="off"
            spellcheck={false}
          />
        </div>
      ))}
      <div class="field">
        <label for="reason">Reason</label>
        <select id="reason" name="reason">
          <option value="">any</option>
          {reasons.map((reason) => (
            <option key={reason} value={reason} selected={reason === question.reason}>
              {reason}
            </option>
          ))}
        </select>
      </div>
      <button type="submit">Filter</button>
    </form>
  );
}

function Empty({ question }: { readonly question: RejectionQuestion }) {
  if (question.after !== undefined) return <p class="note">There are no older ones.</p>;
  const filters = Object.entries(question);
  if (filters.length === 0) return <p class="note">No rejected messages are kept. Nothing to do.</p>;
  return (
    <p class="note">
      No rejected message matches{" "}
      <ShownText text={filters.map(([name, value]) => `${name} ${value}`).join(", ")} />.{" "}
      <a href={rejectionsAddress({})}>Remove the filters</a>
    </p>
  );
}

function Listing({
  rejections,
  at,
}: {
  readonly rejections: readonly ListedRejection[];
  readonly at: string;
}) {
  return (
    <table class="wide">
      <thead>
        <tr>
          <th scope="col">Last seen</th>
          <th scope="col" class="number">
            Times
          </th>
          <th scope="col">Task</th>
          <th scope="col">Project</th>
          <th scope="col">From</th>
          <th scope="col">What is wrong</th>
        </tr>
      </thead>
      <tbody>
        {rejections.map(({ id, last_seen, count, task_id, project, from, reason, wrong, more_wrong }) => (
          <tr key={id}>
            <td data-label="Last seen">
              <TimeAgo at={last_seen} now={at} />
            </td>
            <td class="number" data-label="Times">
              {shownCount(count)}
            </td>
            <th scope="row">
              <a href={rejectionAddress(id)}>
                <ShownText text={task_id ?? id.slice(0, 12)} />
              </a>
            </th>
            <td class="short" data-label="Project">
              <ShownText text={project ?? "–"} />
            </td>
            <td data-label="From">
              <ShownText text={from} />
            </td>
            <td data-label="What is wrong">
              <strong>{reason}</strong> <ShownText text={wrong} />
              {more_wrong > 0 && <span class="muted"> and {more_wrong} more</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The options of `rejections replay` that correspond to the filters. */
const options = {
  task: "--task",
  project: "--project",
  exchange: "--exchange",
  routing_key: "--routing-key",
  client: "--client",
  reason: "--reason",
  since: "--since",
  until: "--until",
} as const satisfies Record<Exclude<keyof RejectionQuestion, "after" | "id">, string>;

function Replay({ question: { id, ...question } }: { readonly question: RejectionQuestion }) {
  // The command accepts either ids or filters.
  if (id !== undefined) return null;
  const given = Object.entries(options).flatMap(([name, option]) => {
    const value = question[name as keyof typeof options];
    return value === undefined ? [] : [`${option}=${value}`];
  });
  const words = ["pulse-ingest", "rejections", "replay", ...(given.length === 0 ? ["--all"] : given)];
  return (
    <p>
      To process all of these again: <CopyCommand words={words} />
    </p>
  );
}

function withoutPlace({ after, ...question }: RejectionQuestion): Omit<RejectionQuestion, "after"> {
  return question;
}
