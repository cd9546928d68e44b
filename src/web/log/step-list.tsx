import { printable } from "../../domain/text/printable.ts";
import { logAddress } from "../addresses.ts";
import { shadingClass } from "../job-status.ts";
import { countText } from "./bytes-text.ts";
import { durationText, timesText } from "./step-times.ts";
import type { ViewedLog, ViewedStep } from "./viewed-log.ts";

export interface StepListProps {
  readonly viewed: ViewedLog;
}

/** The number of lines above a linked line that a page without scripts shows. */
const ABOVE = 5;

/** The steps of a log, with the errors of each. Works without scripts: the style sheet hides successful steps until the box is checked. */
export function StepList({ viewed }: StepListProps) {
  const { steps, summary } = viewed;
  if (steps.length === 0) return <p class="muted log-no-steps">{noStepsText(viewed)}</p>;
  // @see spec/ui.md, section 4, row 7
  const hidesSuccess = steps.some(({ result }) => result !== "success" && result !== "skipped");
  const succeeded = steps.filter(({ result }) => result === "success").length;
  return (
    <section class="log-steps" aria-label="Steps" data-summary={summary}>
      {hidesSuccess && succeeded > 0 && (
        <>
          <input type="checkbox" id="show-successful" />
          <label for="show-successful">show successful ({countText(succeeded)})</label>
        </>
      )}
      <ol class={hidesSuccess ? "log-step-list hides-success" : "log-step-list"}>
        {steps.map((step) => (
          <li key={step.order} class={stepClass(step)}>
            <Step step={step} viewed={viewed} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Step({ step, viewed }: { readonly step: ViewedStep; readonly viewed: ViewedLog }) {
  const { order, name, result, started, finished, duration, first_line, error_count, errors } = step;
  const title = `${order + 1}. ${printable(name)}`;
  const left = error_count - errors.length;
  return (
    <>
      <p class="log-step-head" title={timesText(started, finished)}>
        {first_line === null ? (
          <span class="log-step-name">{title}</span>
        ) : (
          <LineLink viewed={viewed} line={first_line} class="log-step-name">
            {title}
          </LineLink>
        )}
        {result !== "success" && <span class="log-step-result">{printable(result)}</span>}
        <span class="log-step-duration">{durationText(duration)}</span>
      </p>
      {errors.length > 0 && (
        <ul class="log-step-errors">
          {errors.map(({ line, line_number }, index) => (
            // Equal lines may have equal numbers in a publisher's summary, and the list never changes.
            <li key={index}>
              {line_number === null ? (
                printable(line)
              ) : (
                <LineLink viewed={viewed} line={line_number} class="log-error-link">
                  <span class="log-error-number">{line_number}</span> {printable(line)}
                </LineLink>
              )}
            </li>
          ))}
          {left > 0 && <li class="muted">Errors of this step that are not listed: {countText(left)}.</li>}
        </ul>
      )}
    </>
  );
}

function stepClass({ result }: ViewedStep): string {
  return `log-step ${shadingClass(result)}${result === "success" ? " step-success" : ""}`;
}

interface LineLinkProps {
  readonly viewed: ViewedLog;
  readonly line: number;
  readonly class: string;
  readonly children: preact.ComponentChildren;
}

/** A link to a line. The script shows the line without loading the page again. */
function LineLink({ viewed: { job, chosen }, line, class: className, children }: LineLinkProps) {
  const place = { project: job.project, guid: job.job_guid, ...(chosen !== null && { log: chosen.name }) };
  return (
    <a
      class={className}
      data-line={line}
      href={logAddress({ ...place, from: Math.max(0, line - ABOVE), line })}
    >
      {children}
    </a>
  );
}

function noStepsText({ summary, chosen, wanted }: ViewedLog): string {
  if (chosen === null) return "";
  const name = printable(chosen.name);
  switch (summary) {
    case "of-this-log":
      return "The summary of this log has no steps.";
    case "of-another-log":
      return `No summary was made from the log ${name}, so it is shown without steps and without marked errors.`;
    case "unreadable":
      return "The job's summary of its log cannot be read, so the log is shown without steps.";
    case "none":
      return chosen.parse_status === "failed"
        ? "The log could not be parsed, so it is shown without steps. The job's page says why."
        : chosen.parse_status === "pending" && wanted === null
          ? "Log parsing is in progress. The steps appear here when it has ended."
          : `The job has no summary of the log ${name}, so it is shown without steps.`;
  }
}
