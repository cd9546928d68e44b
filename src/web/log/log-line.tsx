import { lineAddress } from "../addresses.ts";
import { bytesText } from "./bytes-text.ts";
import { logRuns } from "./log-runs.ts";
import type { ViewedLine } from "./viewed-log.ts";

export interface LogLineProps {
  readonly line: ViewedLine;
  /** The number of the line, from 0. */
  readonly number: number;
  /** Whether the errors of a step name this line. */
  readonly isFailing: boolean;
}

/** One line of a log, for pages without scripts. `client/log/row-element.ts` draws the same elements. */
export function LogLine({ line: [text, wholeBytes], number, isFailing }: LogLineProps) {
  return (
    <div class={isFailing ? "log-row log-failing" : "log-row"} id={`L${number}`}>
      <a class="log-number" href={lineAddress(number)}>
        {number}
      </a>
      <code class="log-text" dir="ltr">
        {logRuns(text).map(({ text: part, look }, index) =>
          look === null ? (
            part
          ) : (
            // The runs of a line never change, so their indexes can serve as keys.
            <span key={index} class={lookClass(look)}>
              {part}
            </span>
          ),
        )}
        {wholeBytes !== undefined && <span class="log-cut">{cutText(wholeBytes)}</span>}
      </code>
    </div>
  );
}

/** Returns the class of a run that is not plain. */
export function lookClass(look: number | "sign"): string {
  return look === "sign" ? "log-sign" : `log-colour-${look}`;
}

/** Returns the mark at the end of a line that was cut. */
export function cutText(wholeBytes: number): string {
  return ` … cut: the whole line has ${bytesText(wholeBytes)}`;
}
