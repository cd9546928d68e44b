import { unwrapJobs } from "../../decode/unwrap-jobs.ts";
import { faultErrors } from "../../domain/explain-fault.ts";
import { placesIn } from "../../domain/text/json-places.ts";
import { type JudgeOptions, readDelivery } from "../../judge/judge-delivery.ts";
import type { JobVerdict } from "../../judge/verdict.ts";
import { EventLoopTurns } from "../../timing/event-loop-turns.ts";
import type { CheckedItem, CheckView, PlacedError } from "../../web/publish/check-view.ts";
import { previewOf } from "./check-preview.ts";

/** The most items that are listed for each verdict. People would not read more, and each preview takes room on the page. */
const LISTED = 100;

/**
 * Judges a message as the worker would if it arrived from this exchange, and stores nothing. The one check that needs the store, whether
 * a push with a revision hash is known, is left out.
 *
 * @param exchange - null if no exchange was named. In that case `accept_projects` is not applied.
 */
export async function checkMessage(
  body: Buffer,
  exchange: string | null,
  options: JudgeOptions,
): Promise<CheckView> {
  const { maxBodyBytes: limitBytes } = options;
  const rules = exchange === null ? { ...options, acceptsProject: () => true } : options;
  const oversize = body.length > limitBytes ? { bytes: body.length, sha256: "", limitBytes } : null;
  const { jobs, verdictOf } = readDelivery({ exchange: exchange ?? "", body, oversize }, rules);
  const turns = new EventLoopTurns();
  const counts = { accepted: 0, skipped: 0, rejected: 0 };
  const listed: { readonly index: number; readonly verdict: JobVerdict }[] = [];
  for (let index = 0; index < jobs; index++) {
    const verdict = verdictOf(index);
    if (counts[verdict.kind]++ < LISTED) listed.push({ index, verdict });
    await turns.giveIfDue();
  }
  const place = createPlacing(body, listed);
  const items = listed.map(({ index, verdict }) => toItem(index, verdict, place));
  return { exchange, ...counts, items, more: jobs - items.length };
}

type Placing = (index: number, pointer: string) => PlacedError["place"];

function toItem(index: number, verdict: JobVerdict, place: Placing): CheckedItem {
  if (verdict.kind === "skipped") return { index, verdict: "skipped" };
  if (verdict.kind === "accepted") return { index, verdict: "accepted", preview: previewOf(verdict) };
  const { project, task_id, fault } = verdict;
  const errors = faultErrors(fault).map((error) => ({ ...error, place: place(index, error.pointer) }));
  return { index, verdict: "rejected", project, task_id, reason: fault.reason, errors };
}

/** Returns a function that finds the line and column of a pointer into one job's message. */
function createPlacing(body: Buffer, listed: readonly { index: number; verdict: JobVerdict }[]): Placing {
  const wanted = listed.flatMap(({ index, verdict }) =>
    verdict.kind === "rejected" && verdict.payload !== undefined
      ? faultErrors(verdict.fault).map(({ pointer }) => ({ index, pointer }))
      : [],
  );
  if (wanted.length === 0) return () => null;
  const text = body.toString("utf8");
  const prefixOf = prefixes(text);
  const pointers = wanted.map(({ index, pointer }) => `${prefixOf(index)}${pointer}`);
  const places = placesIn(text, pointers);
  const found = new Map(pointers.map((pointer, at) => [pointer, places[at] ?? null]));
  return (index, pointer) => found.get(`${prefixOf(index)}${pointer}`) ?? null;
}

/** Returns, for each job, the pointer from the whole text to its message. An envelope in a list may contain several jobs. */
function prefixes(text: string): (index: number) => string {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value)) return () => "";
  const all = value.flatMap((message: unknown, index) =>
    unwrapJobs({ value: message, source: message }).map(() => `/${index}`),
  );
  return (index) => all[index] ?? "";
}
