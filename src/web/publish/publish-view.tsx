import { utcTime } from "../../domain/text/utc-time.ts";
import { publishAddress, roadQuery } from "../addresses.ts";
import type { RoadQuestion } from "../road-question.ts";
import { CheckResult } from "./check-result.tsx";
import type { CheckView } from "./check-view.ts";
import { RoadSteps } from "./road-steps.tsx";
import type { RoadView } from "./road-view.ts";

export interface PublishViewProps {
  readonly question: RoadQuestion;
  /** The answer to the question; null if there was no question yet. */
  readonly road: RoadView | null;
  /** The message to check, as it was pasted. */
  readonly message: string;
  /** The exchange that the message is checked for; empty if none was named. */
  readonly exchange: string;
  readonly check: CheckAnswer;
  readonly operates: boolean;
}

/** The result of a check, or a sentence that says why there is none; null before the first check. */
export type CheckAnswer = CheckView | { readonly trouble: string } | null;

/** The publisher's page: why a job is not showing, and what the worker would do with a message. Its forms work without scripts. */
export function PublishView({ question, road, message, exchange, check, operates }: PublishViewProps) {
  return (
    <div class="publish">
      <h1>Why is my job not showing?</h1>
      <form class="road-form" action={publishAddress()} method="get">
        <Field name="task" label="Task id" value={question.task} hint="abc123 or abc123/0" />
        <Field name="exchange" label="Exchange" value={question.exchange} hint="exchange/name/v1/jobs" />
        <Field name="routing_key" label="Routing key" value={question.routing_key} hint="treeherder.try" />
        <Field name="project" label="Project" value={question.project} hint="try" />
        <button type="submit">Find out why</button>
      </form>
      <div id="road" data-summary={road === null ? "" : summaryOf(road)}>
        <RoadPart road={road} operates={operates} />
      </div>
      <h2 id="check">Check a message</h2>
      <p class="prose">
        The worker's own rules are applied, as if the message had just arrived. Nothing is stored, and the
        store is not read: whether it has a push with a revision_hash, for example, is not checked.
      </p>
      <form class="check-form" id="check-form" action="/api/validate#check" method="post">
        <label for="message">One job message, or an array of them, as JSON</label>
        <textarea id="message" name="message" rows={14} spellcheck={false} required>
          {/* Browsers drop a line feed at the beginning of a text field, so one is added. */}
          {`\n${message}`}
        </textarea>
        <Field name="exchange" label="Exchange" value={exchange} hint="not needed" id="check-exchange" />
        <button type="submit">Check the message</button>
      </form>
      <section id="check-result" aria-label="Result of the check">
        <CheckPart check={check} />
      </section>
    </div>
  );
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly value: string | null;
  readonly hint: string;
  /** Default: the name. */
  readonly id?: string;
}

function Field({ name, label, value, hint, id = name }: FieldProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        type="text"
        id={id}
        name={name}
        value={value ?? ""}
        placeholder={hint}
        autocomplete="off"
        spellcheck={false}
      />
    </div>
  );
}

interface RoadPartProps {
  readonly road: RoadView | null;
  readonly operates: boolean;
}

/** The answer to the first form. A script keeps it up to date. */
function RoadPart({ road, operates }: RoadPartProps) {
  if (road === null) {
    return (
      <p class="note">
        Enter the task id of your job. To see where an unknown job may have stopped, also enter the exchange
        and the routing key of its message, or the project if the job was posted over REST.
      </p>
    );
  }
  return (
    <>
      <p class="freshness">
        As of <time datetime={road.at}>{utcTime(road.at).slice(11)}</time>. <span class="notice" />{" "}
        <a href={`${publishAddress()}${roadQuery(road.question)}`}>Refresh</a>
      </p>
      <RoadSteps road={road} operates={operates} />
    </>
  );
}

/** Returns the summary that is announced to screen readers when it changes: whether the job is stored. */
function summaryOf({ ways }: RoadView): string {
  return ways[0]?.steps[0]?.reason ?? "";
}

/** The answer to the second form. */
function CheckPart({ check }: { readonly check: CheckAnswer }) {
  if (check === null) return null;
  if ("trouble" in check) return <p class="note note-trouble">{check.trouble}</p>;
  return <CheckResult check={check} />;
}
