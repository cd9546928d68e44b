import type { NoLogText } from "../../logs/cache/log-slices.ts";
import type { TextFacts, TextOnItsWay } from "../../logs/cache/log-texts.ts";
import type { SliceLine } from "../../logs/cache/read-log-lines.ts";
import { logTrouble } from "../../web/log/log-trouble.ts";
import type { LogNotThere, ViewedLine, ViewedText } from "../../web/log/viewed-log.ts";

export function viewedText({ total, bytes, isFinal, fetchedAtMs }: TextFacts): ViewedText {
  return { total, bytes, is_final: isFinal, fetched_at: fetchedAtMs };
}

/** Returns a line as pages show it. A CR before the line feed belongs to the line end. */
export function viewedLine({ text, bytes }: SliceLine): ViewedLine {
  const shown = text.replace(/\r?\n$/, "");
  // A line that was cut has no line end.
  return Buffer.byteLength(text) < bytes ? [shown, bytes] : [shown];
}

/** Returns why a log cannot be shown now, or null if the page should ask again in a few seconds. */
export function logNotThere(answer: TextOnItsWay | NoLogText): LogNotThere | null {
  switch (answer.kind) {
    case "fetching":
      return { state: "fetching", bytes: answer.bytes };
    case "failed":
      return {
        ...{ state: "failed", reason: answer.reason, detail: answer.detail },
        ...logTrouble(answer.reason),
      };
    case "busy":
    case "too-long":
      return null;
  }
}
