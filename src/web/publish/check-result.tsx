import { escapeInvisible } from "../../domain/text/escape-invisible.ts";
import { DataLink } from "../data-link.tsx";
import { JobInfoList } from "../job/job-info-list.tsx";
import { buttonClass, jobStatus } from "../job-status.ts";
import { platformLabel } from "../platform-names.ts";
import { PointedMessage } from "../pointed-message.tsx";
import { shownCount } from "../shown-count.ts";
import { ShownText } from "../shown-text.tsx";
import type { CheckedItem, CheckPreview, CheckView } from "./check-view.ts";

export interface CheckResultProps {
  readonly check: CheckView;
}

/** The result of checking a pasted message: what the worker would do with each of its jobs. */
export function CheckResult({ check }: CheckResultProps) {
  const { accepted, skipped, rejected, items, more } = check;
  return (
    <div class="check-result">
      <p>
        <strong class={rejected === 0 ? "good" : "bad"}>
          {rejected === 0 ? "✓" : "✖"} {accepted} accepted, {rejected} rejected
        </strong>
        {skipped > 0 && `, ${skipped} skipped`}. Nothing was stored.
      </p>
      {check.exchange === null && (
        <p class="muted">
          No exchange was named, so it was not checked whether the exchange may write to the project.
        </p>
      )}
      <ol class="checked" start={(items[0]?.index ?? 0) + 1}>
        {items.map((item) => (
          <li key={item.index} value={item.index + 1}>
            <Item item={item} />
          </li>
        ))}
      </ol>
      {more > 0 && <p>Jobs that are not listed: {shownCount(more)}. Check the message in smaller parts.</p>}
    </div>
  );
}

function Item({ item }: { readonly item: CheckedItem }) {
  switch (item.verdict) {
    case "skipped":
      return (
        <p>
          <strong>– skipped:</strong> its state is <code>unscheduled</code>, and such jobs are not stored.
        </p>
      );
    case "accepted":
      return <Accepted preview={item.preview} />;
    case "rejected":
      return (
        <>
          <p>
            <strong class="bad">✖ rejected</strong>: {item.reason}
            {item.task_id !== null && " · "}
            <ShownText text={item.task_id ?? ""} />
            {item.project !== null && " in "}
            <ShownText text={item.project ?? ""} />
          </p>
          <ul>
            {item.errors.map(({ pointer, message, place }, index) => (
              <li key={`${index} ${pointer}`}>
                {place !== null && (
                  <>
                    <a href="#message" data-line={place.line}>
                      line {place.line}, column {place.column}
                    </a>
                    {": "}
                  </>
                )}
                <PointedMessage pointer={pointer} message={message} />
              </li>
            ))}
          </ul>
        </>
      );
  }
}

function Accepted({ preview }: { readonly preview: CheckPreview }) {
  const { project, push, guid, state, result, tier, platform, options, logs, refused, details } = preview;
  return (
    <>
      <p>
        <strong class="good">✓ accepted</strong>: <ShownText text={guid} /> in {project}, push{" "}
        <ShownText text={push} />
        {tier > 2 && `; hidden by default: tier ${tier}`}
      </p>
      {refused.length > 0 && (
        <ul>
          {refused.map(({ what, reason }, index) => (
            <li key={`${index} ${what}`}>
              ⚠ <ShownText text={`${what} would be left out: ${reason}`} />
            </li>
          ))}
        </ul>
      )}
      <details>
        <summary>How it would show</summary>
        <p>
          <span class="platform">
            <ShownText text={[platformLabel(platform), ...options].join(" ")} />
          </span>{" "}
          <Button preview={preview} /> {jobStatus(state, result, false)}
        </p>
        {logs.length > 0 && (
          <ul>
            {logs.map(({ name, url }, index) => (
              <li key={`${index} ${name}`}>
                log <ShownText text={name} />:{" "}
                <DataLink href={url}>
                  <ShownText text={url} />
                </DataLink>
              </li>
            ))}
          </ul>
        )}
        {details.length > 0 && <JobInfoList details={details} resultsName={preview.name} />}
      </details>
    </>
  );
}

/** The button of the job as the grid would draw it, with the same tooltip. */
function Button({ preview }: { readonly preview: CheckPreview }) {
  const { group_symbol, group_name, symbol, name, state, result } = preview;
  const status = jobStatus(state, result, false);
  const button = (
    <span class={`job ${buttonClass(status, 1)}`} title={escapeInvisible(`${name} - ${status}`)}>
      <ShownText text={symbol} />
    </span>
  );
  if (group_symbol === "?") return button;
  return (
    <span title={escapeInvisible(group_name)}>
      <ShownText text={group_symbol} />({button})
    </span>
  );
}
