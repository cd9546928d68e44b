import { faultErrors, faultMeanings } from "../domain/explain-fault.ts";
import { originInWords } from "../domain/origin.ts";
import { type PayloadText, payloadText } from "../domain/payload-text.ts";
import type { RejectionHead, StoredRejection } from "../domain/rejection.ts";
import { escapeInvisibleLines } from "../domain/text/escape-invisible.ts";
import { isJsonObject } from "../domain/text/json-object.ts";
import { placesIn } from "../domain/text/json-places.ts";
import { utcTime } from "../domain/text/utc-time.ts";
import { whyNotReplayed } from "../domain/why-not-replayed.ts";
import type {
  ListedRejection,
  RejectionDetails,
  ShownError,
  ShownPayload,
} from "../web/operate/shown-rejections.ts";

/** Describes a rejection for a list. Pure. */
export function listedRejection(rejection: RejectionHead): ListedRejection {
  const { id, last_seen, count, fault, project, task_id } = rejection;
  const [first, ...others] = faultErrors(fault);
  const where = first === undefined || first.pointer === "" ? "" : `${first.pointer}: `;
  return {
    ...{ id, last_seen, count, reason: fault.reason, project, task_id },
    from: originInWords(rejection),
    wrong: `${where}${first?.message ?? ""}`,
    more_wrong: others.length,
  };
}

/** The most lines and characters of a payload on a page. A longer page would be slow to read and to draw. */
const SHOWN_LINES = 5000;
const SHOWN_CHARACTERS = 256 * 1024;

/** Describes a rejection in full, with the line of each error in its payload. Pure. */
export function rejectionDetails(rejection: StoredRejection): RejectionDetails {
  const { id, fault, project, task_id, payload, count, first_seen, last_seen, expires_at } = rejection;
  const shown = payloadText(payload);
  const kept = shownPayload(shown, payload.truncated);
  return {
    ...{ id, task_id, reason: fault.reason, meaning: faultMeanings[fault.reason] },
    facts: [
      { label: "from", text: originInWords(rejection) },
      { label: "project", text: project ?? "not known" },
      { label: "task", text: task_id ?? "not known" },
      {
        label: "arrived",
        text:
          count === 1
            ? `once, at ${utcTime(last_seen)}`
            : `${count} times, first at ${utcTime(first_seen)}, last at ${utcTime(last_seen)}`,
      },
      { label: "kept until", text: utcTime(expires_at) },
      { label: "payload", text: `${payload.bytes} bytes, sha256 ${payload.sha256}` },
      ...Object.entries(payload.properties ?? {}).map(([name, value]) => ({ label: name, text: value })),
    ],
    errors: placedErrors(rejection, shown, kept.lines.length),
    payload: kept,
    not_replayed: whyNotReplayed(rejection),
  };
}

const titles: Readonly<Record<PayloadText["form"], string>> = {
  json: "The payload",
  "cut-json": "The beginning of the payload: only this was kept",
  text: "The payload, which could not be decoded",
  base64: "The bytes of the payload as base64: they are not text",
};

function shownPayload({ form, text }: PayloadText, isCut: boolean): ShownPayload {
  const whole = text.split("\n");
  const lines = text
    .slice(0, SHOWN_CHARACTERS)
    .split("\n")
    .slice(0, SHOWN_LINES)
    // A publisher's text could hide parts of itself, or change the writing direction.
    .map(escapeInvisibleLines);
  const beginning = isCut && form !== "cut-json" ? ", of which only the beginning was kept" : "";
  return { title: `${titles[form]}${beginning}`, lines, more_lines: whole.length - lines.length };
}

function placedErrors({ fault }: StoredRejection, { form, text }: PayloadText, lines: number): ShownError[] {
  const errors = faultErrors(fault);
  if (form !== "json") return errors.map(({ pointer, message }) => ({ pointer, message, line: null }));
  const mayBeEnveloped = !hasPayload(JSON.parse(text));
  const places = placesIn(
    text,
    errors.map(({ pointer }) =>
      mayBeEnveloped ? pointer.replace(/^\/payload(?:\/\d+)?(?=\/|$)/, "") : pointer,
    ),
  );
  return errors.map(({ pointer, message }, index) => {
    const line = places[index]?.line ?? null;
    return { pointer, message, line: line !== null && line <= lines ? line : null };
  });
}

/**
 * Returns whether a payload has the member `payload`, which no job has. For a job that arrived in an envelope, pointers begin at the
 * envelope, which was not kept.
 */
function hasPayload(job: unknown): boolean {
  return isJsonObject(job) && Object.hasOwn(job, "payload");
}
