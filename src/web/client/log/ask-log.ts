import type { ErrorsAnswer, FindAnswer, LinesAnswer } from "../../log/viewed-log.ts";
import { fetchJson, type JsonAnswer } from "../fetch-json.ts";

/** The log that a page shows. */
export interface LogName {
  readonly project: string;
  readonly guid: string;
  readonly log: string;
}

/** Requests lines. @param asOf - when the copy that the page shows was fetched; null to request a current one. */
export function askLines(
  log: LogName,
  { from, count, asOf }: { readonly from: number; readonly count: number; readonly asOf: number | null },
  signal: AbortSignal,
): Promise<JsonAnswer<LinesAnswer>> {
  const query = queryOf(log, asOf, { from: String(from), count: String(count) });
  return fetchJson(`/api/log/lines?${query}`, isLinesAnswer, signal);
}

/** Requests the lines that contain a text. */
export function askFind(
  log: LogName,
  question: {
    readonly text: string;
    readonly matchCase: boolean;
    readonly around: number;
    readonly asOf: number | null;
  },
  signal: AbortSignal,
): Promise<JsonAnswer<FindAnswer>> {
  const { text, matchCase, around, asOf } = question;
  const query = queryOf(log, asOf, { text, around: String(around), ...(matchCase && { case: "1" }) });
  return fetchJson(`/api/log/find?${query}`, isFindAnswer, signal);
}

/** Requests the lines that are errors. */
export function askErrors(
  log: LogName,
  asOf: number | null,
  signal: AbortSignal,
): Promise<JsonAnswer<ErrorsAnswer>> {
  return fetchJson(`/api/log/errors?${queryOf(log, asOf, {})}`, isErrorsAnswer, signal);
}

function queryOf(log: LogName, asOf: number | null, more: Readonly<Record<string, string>>): URLSearchParams {
  return new URLSearchParams({ ...log, ...more, ...(asOf !== null && { as_of: String(asOf) }) });
}

function isLinesAnswer(value: unknown): value is LinesAnswer {
  return isNotThere(value) || (hasText(value, "lines") && "lines" in value && Array.isArray(value.lines));
}

function isFindAnswer(value: unknown): value is FindAnswer {
  return isNotThere(value) || (hasText(value, "found") && "near" in value && Array.isArray(value.near));
}

function isErrorsAnswer(value: unknown): value is ErrorsAnswer {
  return isNotThere(value) || (hasText(value, "errors") && "lines" in value && Array.isArray(value.lines));
}

function isNotThere(value: unknown): boolean {
  return isObject(value) && "state" in value && (value.state === "fetching" || value.state === "failed");
}

function hasText(value: unknown, state: string): value is object {
  return (
    isObject(value) && "state" in value && value.state === state && "text" in value && isObject(value.text)
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
