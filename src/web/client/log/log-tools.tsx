import { bytesText, countText } from "../../log/bytes-text.ts";
import { clockText } from "../../log/step-times.ts";
import type { ViewedText } from "../../log/viewed-log.ts";
import type { FailingLines } from "./failing-lines.ts";
import type { FindState } from "./find-control.ts";

export interface LogToolsProps {
  readonly find: FindState;
  readonly isFailingOnly: boolean;
  readonly failing: Pick<FailingLines, "lines" | "isWhole" | "note">;
  readonly onFind: (text: string, matchCase: boolean) => void;
  readonly onStep: (step: 1 | -1) => void;
  readonly onFailingOnly: (isOnly: boolean) => void;
  readonly onGo: (text: string) => void;
}

/** The tools for the lines: find a text, show only the failing lines, go to a line. */
export function LogTools(props: LogToolsProps) {
  const { find, isFailingOnly, failing, onFind, onStep, onFailingOnly, onGo } = props;
  const hasHits = find.phase === "found" && find.count > 0;
  return (
    <div class="log-tools">
      <form
        class="log-find"
        aria-label="Find in the log"
        onSubmit={(event) => {
          event.preventDefault();
          onStep(1);
        }}
      >
        <label for="log-find">find</label>
        <input
          id="log-find"
          type="search"
          value={find.text}
          maxLength={200}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => onFind(event.currentTarget.value, find.matchCase)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            onStep(event.shiftKey ? -1 : 1);
          }}
        />
        <button
          type="button"
          disabled={!hasHits}
          title="Previous hit (Shift+Enter)"
          onClick={() => onStep(-1)}
        >
          <span aria-hidden="true">▲</span>
          <span class="visually-hidden">Previous hit</span>
        </button>
        <button type="button" disabled={!hasHits} title="Next hit (Enter)" onClick={() => onStep(1)}>
          <span aria-hidden="true">▼</span>
          <span class="visually-hidden">Next hit</span>
        </button>
        <label class="log-box-label" title="Match case">
          <input
            type="checkbox"
            checked={find.matchCase}
            onChange={(event) => onFind(find.text, event.currentTarget.checked)}
          />
          <span aria-hidden="true">Aa</span>
          <span class="visually-hidden">match case</span>
        </label>
        <span class="log-count">{findText(find)}</span>
      </form>
      <label
        class="log-box-label"
        title={
          failing.lines === null ? "The log has no summary, so it is searched for error lines" : undefined
        }
      >
        <input
          id="errors-only"
          type="checkbox"
          checked={isFailingOnly}
          disabled={failing.lines?.length === 0}
          onChange={(event) => onFailingOnly(event.currentTarget.checked)}
        />
        errors only{failingText(failing)}
      </label>
      <form
        class="log-go"
        onSubmit={(event) => {
          event.preventDefault();
          const field = event.currentTarget.elements.namedItem("line");
          if (field instanceof HTMLInputElement) onGo(field.value);
        }}
      >
        <label for="log-go">line</label>
        <input id="log-go" name="line" inputMode="numeric" autocomplete="off" placeholder="10-20" />
      </form>
    </div>
  );
}

function failingText({ lines, isWhole, note }: LogToolsProps["failing"]): string {
  if (note !== null) return `: ${note}`;
  return lines === null ? "" : ` (${isWhole ? "" : "the first "}${countText(lines.length)})`;
}

function findText({ phase, count, position, note }: FindState): string {
  switch (phase) {
    case "none":
      return "";
    case "asking":
      return "looking …";
    case "trouble":
      return note ?? "";
    case "found":
      if (count === 0) return "not found";
      return [
        position === null
          ? `${countText(count)} ${count === 1 ? "line" : "lines"}`
          : `${countText(position)} of ${countText(count)} ${count === 1 ? "line" : "lines"}`,
        ...(note === null ? [] : [note]),
      ].join(", ");
  }
}

export interface LogFootProps {
  readonly text: ViewedText;
  /** The state of the job when the page was opened, such as `running`. */
  readonly jobState: string;
  /** Why lines could not be fetched. They are requested again. */
  readonly trouble: string | null;
  readonly isFollowing: boolean;
  readonly onAgain: () => void;
  readonly onFollow: (isOn: boolean) => void;
}

/** The size of the log, and when it was fetched. */
export function LogFoot({ text, jobState, trouble, isFollowing, onAgain, onFollow }: LogFootProps) {
  return (
    <p class="log-foot">
      <span>
        {countText(text.total)} {text.total === 1 ? "line" : "lines"}, {bytesText(text.bytes)}
      </span>
      {!text.is_final && (
        <span>
          The job is {jobState}: this is its log as of {clockText(text.fetched_at / 1000)} UTC.
          <button type="button" onClick={onAgain}>
            Read again
          </button>
          <label class="log-box-label">
            <input
              type="checkbox"
              checked={isFollowing}
              onChange={(event) => onFollow(event.currentTarget.checked)}
            />
            follow
          </label>
        </span>
      )}
      {text.is_final && jobState !== "completed" && (
        <span>
          The job has ended, and this is its whole log.
          <button type="button" onClick={() => location.reload()}>
            Show its steps and errors
          </button>
        </span>
      )}
      {trouble !== null && <span class="log-trouble">{trouble} Trying again.</span>}
    </p>
  );
}
