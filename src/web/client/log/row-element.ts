import { countText } from "../../log/bytes-text.ts";
import type { ViewRow } from "../../log/folded-rows.ts";
import { cutText, lookClass } from "../../log/log-line.tsx";
import { logRuns } from "../../log/log-runs.ts";
import type { ViewedLine } from "../../log/viewed-log.ts";

/** The current look of a line. */
export interface LineLook {
  /** The line; null if it has not arrived yet. */
  readonly line: ViewedLine | null;
  readonly isFailing: boolean;
  readonly isSelected: boolean;
  /** The failing line or hit that was jumped to last. */
  readonly isCurrent: boolean;
}

/** The content that each element shows. It is rebuilt only if it changes, so that selected text stays selected. */
const contents = new WeakMap<HTMLElement, string>();

/** Draws a line with the same elements as `log-line.tsx`. */
export function drawLine(element: HTMLElement, number: number, look: LineLook): void {
  const { line, isFailing, isSelected, isCurrent } = look;
  const classes = ["log-row"];
  if (isFailing) classes.push("log-failing");
  if (isSelected) classes.push("log-selected");
  if (isCurrent) classes.push("log-current");
  element.className = classes.join(" ");
  const content = `${number} ${line === null ? "waiting" : "there"}`;
  if (contents.get(element) === content) return;
  contents.set(element, content);
  const select = document.createElement("button");
  select.type = "button";
  select.className = "log-number";
  // There are too many numbers to visit them with the Tab key. Shift with the arrow keys selects lines, too.
  select.tabIndex = -1;
  select.textContent = String(number);
  element.replaceChildren(select, line === null ? waitingText() : lineText(line));
}

/** Draws a fold as a button that opens it. */
export function drawFold(element: HTMLElement, { first, last }: Extract<ViewRow, { kind: "fold" }>): void {
  const content = `fold ${first} ${last}`;
  element.className = "log-row log-fold";
  if (contents.get(element) === content) return;
  contents.set(element, content);
  const button = document.createElement("button");
  button.type = "button";
  button.dataset["first"] = String(first);
  button.textContent = `… ${countText(last - first + 1)} lines`;
  button.title = "Show these lines";
  element.replaceChildren(button);
}

function lineText([text, wholeBytes]: ViewedLine): HTMLElement {
  const code = document.createElement("code");
  code.className = "log-text";
  code.dir = "ltr";
  for (const { text: part, look } of logRuns(text)) {
    code.append(look === null ? part : span(lookClass(look), part));
  }
  if (wholeBytes !== undefined) code.append(span("log-cut", cutText(wholeBytes)));
  return code;
}

/** Returns a placeholder for the text of a line that has not arrived yet. */
function waitingText(): HTMLElement {
  const code = document.createElement("code");
  code.className = "log-text log-waiting";
  code.textContent = "…";
  return code;
}

function span(className: string, text: string): HTMLElement {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}
