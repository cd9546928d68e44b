import { escapeInvisible } from "../../domain/text/escape-invisible.ts";
import { utcTime } from "../../domain/text/utc-time.ts";
import { jobAddress, rejectionAddress } from "../addresses.ts";
import { CopyCommand } from "../copy-command.tsx";
import { gridAddress } from "../grid/grid-address.ts";
import { DEFAULT_TIERS, plainView, withFilter } from "../grid/grid-view.ts";
import { ShownText } from "../shown-text.tsx";
import type { RoadJob, RoadRejection, RoadStep, RoadVerdict, RoadView } from "./road-view.ts";

/** A sign and a word for each verdict, because not everybody can tell colours apart. */
const verdicts: Readonly<Record<RoadVerdict, { readonly sign: string; readonly word: string }>> = {
  passed: { sign: "✓", word: "no obstacle" },
  stopped: { sign: "✖", word: "stopped here" },
  maybe: { sign: "⚠", word: "perhaps here" },
  unknown: { sign: "–", word: "not known" },
};

export interface RoadStepsProps {
  readonly road: RoadView;
  /** Whether the pages for operators are served here. If so, rejections link to them. */
  readonly operates: boolean;
}

/** The progress of a job: first what is known about it, then the steps of each way that it may have taken. */
export function RoadSteps({ road, operates }: RoadStepsProps) {
  const [first] = road.ways;
  const found = (first?.steps ?? []).filter(isFound);
  return (
    <>
      <h2>What is known about it</h2>
      <ol class="road">
        {found.map((step) => (
          <Step key={step.name} step={step} operates={operates} />
        ))}
      </ol>
      {road.ways.map(({ way, exchange, steps }) => (
        <section key={way}>
          <h2>{wayTitle(way, exchange)}</h2>
          <ol class="road">
            {steps
              .filter((step) => !isFound(step))
              .map((step) => (
                <Step key={step.name} step={step} operates={operates} />
              ))}
          </ol>
        </section>
      ))}
    </>
  );
}

/** Returns whether a step shows what is known about the job. These two steps are the same on every way. */
function isFound({ name }: RoadStep): boolean {
  return name === "stored" || name === "rejected";
}

function wayTitle(way: "pulse" | "rest", exchange: string | null): string {
  if (way === "rest") return "Steps of a job that is posted over REST";
  return exchange === null ? "Steps of a message" : `Steps of a message from ${escapeInvisible(exchange)}`;
}

function Step({ step, operates }: { readonly step: RoadStep; readonly operates: boolean }) {
  const { verdict, title, reason, next, jobs = [], rejections = [] } = step;
  const { sign, word } = verdicts[verdict];
  return (
    <li class={`road-step verdict-${verdict}`}>
      <span class="sign" aria-hidden="true">
        {sign}
      </span>
      <div>
        <strong>{title}</strong> <span class="verdict">{word}</span>
        <p>
          <ShownText text={reason} />
        </p>
        {jobs.length > 0 && (
          <ul>
            {jobs.map((job) => (
              <FoundJob key={`${job.project}/${job.guid}`} job={job} />
            ))}
          </ul>
        )}
        {rejections.map((rejection) => (
          <FoundRejection key={rejection.id} rejection={rejection} operates={operates} />
        ))}
        {next !== null && <p class="next">→ {next}</p>}
      </div>
    </li>
  );
}

function FoundJob({ job }: { readonly job: RoadJob }) {
  const { project, guid, state, result, tier, push, hidden_by } = job;
  return (
    <li>
      <a href={jobAddress({ project, guid })}>
        <ShownText text={guid} />
      </a>
      : <ShownText text={result === null ? state : `${state}, ${result}`} />, in {project}
      {push === null ? (
        ", its push has expired"
      ) : (
        <>
          , push{" "}
          <a href={shownAddress({ ...job, push })} title="show it in its push">
            {push}
          </a>
        </>
      )}
      {hidden_by === "tier" && `; hidden by default: tier ${tier}. The link to its push shows it.`}
      {hidden_by === "coalesced" && "; hidden by default: coalesced. The link to its push shows it."}
    </li>
  );
}

/** Returns the address of the job's push, with a filter that shows the job. */
function shownAddress({ project, guid, push, hidden_by, tier }: RoadJob & { readonly push: string }): string {
  const view = { ...plainView(project, push), job: guid };
  switch (hidden_by) {
    case "tier":
      return gridAddress(withFilter(view, { tiers: [...DEFAULT_TIERS, tier] }));
    case "coalesced":
      return gridAddress(withFilter(view, { status: ["coalesced"] }));
    case null:
      return gridAddress(view);
  }
}

interface FoundRejectionProps {
  readonly rejection: RoadRejection;
  readonly operates: boolean;
}

function FoundRejection({ rejection, operates }: FoundRejectionProps) {
  const { id, task_id, project, reason, count, first_seen, last_seen, errors, not_replayed } = rejection;
  return (
    <section class="found-rejection">
      <h3>
        {reason}
        {task_id !== null && " · "}
        <ShownText text={task_id ?? ""} />
        {project !== null && " in "}
        <ShownText text={project ?? ""} />
      </h3>
      <p>
        {count === 1
          ? `Once, at ${utcTime(last_seen)}.`
          : `${count} times, first at ${utcTime(first_seen)}, last at ${utcTime(last_seen)}.`}{" "}
        {operates && <a href={rejectionAddress(id)}>See the message</a>}
      </p>
      <ErrorTable errors={errors} />
      {not_replayed === null ? (
        <p>
          For an operator: <CopyCommand words={["pulse-ingest", "rejections", "replay", id.slice(0, 12)]} />
        </p>
      ) : (
        <p>
          It cannot be replayed: <ShownText text={not_replayed} />.
        </p>
      )}
    </section>
  );
}

interface ErrorTableProps {
  readonly errors: readonly { readonly pointer: string; readonly message: string }[];
}

/** The errors of a message, with their places. */
function ErrorTable({ errors }: ErrorTableProps) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Where</th>
          <th scope="col">What is wrong</th>
        </tr>
      </thead>
      <tbody>
        {errors.map(({ pointer, message }, index) => (
          <tr key={`${index} ${pointer}`}>
            <th scope="row">
              {pointer === "" ? (
                "the whole message"
              ) : (
                <code>
                  <ShownText text={pointer} />
                </code>
              )}
            </th>
            <td>
              <ShownText text={message} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
