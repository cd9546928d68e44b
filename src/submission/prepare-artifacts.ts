import { detailText } from "../domain/detail-text.ts";
import { JOB_INFO } from "../domain/ids.ts";
import { jobGuid } from "../domain/job-guid.ts";
import { logName } from "../domain/log-name.ts";
import type { Artifact, Refusal } from "../domain/submission.ts";
import { firstCharacters, isLongerThan } from "../domain/text/characters.ts";
import { isJsonObject } from "../domain/text/json-object.ts";
import { countBrackets, measureJson } from "../domain/text/json-size.ts";
import { parsePythonJson } from "../domain/text/python-json.ts";
import { writeSource } from "../domain/text/source-json.ts";
import { beyondLimit } from "../normalise/first-refusals.ts";
import type { JobLimits } from "./job-limits.ts";
import { PERFORMANCE_DATA, storablePerformance } from "./storable-performance.ts";

const SUMMARY = "text_log_summary";
const MAX_NAME = 50;

export type ArtifactLimits = Pick<JobLimits, "artifacts" | "details" | "objects" | "depth">;

export interface PreparedArtifacts {
  readonly artifacts: readonly Artifact[];
  readonly refused: readonly Refusal[];
}

/**
 * Returns artifacts in the form in which they are stored: blobs are text, only the first artifact with each name is kept, the
 * details of `Job Info` are cleaned and limited, and performance data fits its schema. An artifact is refused individually if it
 * cannot be used, or if its text has to be parsed but is too complex. Artifacts beyond the limit are refused together.
 *
 * @param guid - the guid of the job. An artifact may omit its guid, but must not name another job's.
 */
export function prepareArtifacts(
  submitted: readonly unknown[],
  limits: ArtifactLimits,
  guid: string,
): PreparedArtifacts {
  const refused = [
    ...beyondLimit(submitted.length - limits.artifacts, {
      what: "artifacts",
      most: limits.artifacts,
      setting: "MAX_ARTIFACTS_PER_JOB",
    }),
  ];
  const artifacts: Artifact[] = [];
  const names = new Set<string>();
  let detailsLeft = limits.details;
  let objectsLeft = limits.objects;
  for (const [index, item] of submitted.slice(0, limits.artifacts).entries()) {
    const read = readArtifact(item, guid);
    const objects = typeof read === "string" ? read : objectsToParse(read, objectsLeft, limits);
    if (typeof objects === "number") objectsLeft -= objects;
    if (typeof read === "string" || typeof objects === "string") {
      refused.push({ what: `artifact ${index}`, reason: String(objects) });
    } else if (read.name === JOB_INFO) {
      const info = cleanJobInfo(read.blob, detailsLeft, limits.details);
      detailsLeft -= info.details.length;
      const blob = JSON.stringify({ job_details: info.details });
      artifacts.push({ name: JOB_INFO, type: "json", blob });
      for (const refusal of info.refused) refused.push(refusal);
    } else if (!names.has(read.name)) {
      names.add(read.name);
      const whole = toArtifact(read);
      const kept =
        read.name === PERFORMANCE_DATA ? storablePerformance(whole) : { artifact: whole, refused: [] };
      for (const refusal of kept.refused) refused.push(refusal);
      if (kept.artifact !== null) artifacts.push(kept.artifact);
    }
  }
  return { artifacts, refused };
}

interface ReadArtifact {
  readonly name: string;
  readonly type: string;
  readonly blob: unknown;
}

/** Returns the artifact, or the reason why it cannot be used. */
function readArtifact(item: unknown, guid: string): ReadArtifact | string {
  if (!isJsonObject(item)) return "is not an object";
  const { name, type, blob, job_guid } = item;
  if (typeof name !== "string" || name === "") return "has no name";
  if (typeof type !== "string" || type === "") return `"${firstCharacters(name, MAX_NAME)}" has no type`;
  if (blob === undefined) return `"${firstCharacters(name, MAX_NAME)}" has no blob`;
  if (isLongerThan(name, MAX_NAME) || isLongerThan(type, MAX_NAME))
    return `name and type must not be longer than ${MAX_NAME} characters`;
  if (job_guid !== undefined && job_guid !== null && job_guid !== "" && !isGuidOf(guid, job_guid))
    return `"${name}" names another job in its job_guid`;
  return { name, type, blob };
}

function isGuidOf(guid: string, sent: unknown): boolean {
  return typeof sent === "string" && jobGuid(sent) === guid;
}

/**
 * Returns the number of objects and lists in the artifact's text if it has to be parsed, otherwise 0. If the text is too complex to be
 * parsed, returns the reason instead: parsing blocks the worker. A blob that is not a text was counted with its message.
 *
 * @param left - how many more objects and lists the texts of the job may contain.
 */
function objectsToParse(artifact: ReadArtifact, left: number, limits: ArtifactLimits): number | string {
  const { name, blob } = artifact;
  if (typeof blob !== "string" || !isParsed(name, blob)) return 0;
  const few = Math.min(left, limits.depth);
  const brackets = countBrackets(blob, few);
  if (brackets <= few) return brackets;
  const { depth, objects } = measureJson(Buffer.from(blob));
  if (depth > limits.depth)
    return `the text of "${name}" is nested deeper than ${limits.depth} levels (MAX_DEPTH)`;
  if (objects <= left) return objects;
  return (
    `the text of "${name}", together with the texts before it, holds more than ${limits.objects} JSON objects and lists ` +
    "(MAX_OBJECTS_PER_MESSAGE)"
  );
}

function isParsed(name: string, text: string): boolean {
  return name === JOB_INFO || name === PERFORMANCE_DATA || (name === SUMMARY && mayNameLog(text));
}

function toArtifact({ name, type, blob }: ReadArtifact): Artifact {
  // A text in an artifact of type `json` is already serialised JSON.
  return { name, type, blob: typeof blob === "string" ? blob : writeSource(blob) };
}

/**
 * Cleans the details of a `Job Info` artifact.
 *
 * @param left - how many details of this artifact may be kept.
 * @param most - how many details a job may have.
 */
function cleanJobInfo(
  blob: unknown,
  left: number,
  most: number,
): { details: object[]; refused: readonly Refusal[] } {
  const value = typeof blob === "string" ? parsePythonJson(blob) : blob;
  const given: unknown = isJsonObject(value) ? value["job_details"] : undefined;
  if (!Array.isArray(given)) {
    return { details: [], refused: [{ what: JOB_INFO, reason: "has no list of job_details" }] };
  }
  const details: object[] = [];
  const limit = { what: "job details", most, setting: "MAX_DETAILS_PER_JOB" };
  const refused = [...beyondLimit(given.length - left, limit)];
  for (const [index, detail] of given.slice(0, left).entries()) {
    if (isJsonObject(detail) && typeof detail["value"] === "string")
      details.push(cleanDetail(detail, detail["value"]));
    else refused.push({ what: `job detail ${index}`, reason: "has no text as its value" });
  }
  return { details, refused };
}

function cleanDetail(detail: Readonly<Record<string, unknown>>, value: string): object {
  const { content_type } = detail;
  const title = cutDetail(detail["title"]);
  const url = cutDetail(detail["url"]);
  const kept = detailText(value);
  return typeof content_type === "string"
    ? { content_type, title, value: kept, url }
    : { title, value: kept, url };
}

function cutDetail(text: unknown): string | null {
  return typeof text === "string" ? detailText(text) : null;
}

/** Returns the name of the log from which a summary was made (`logname` in its blob), truncated like all log names, or null. */
export function logNameOf(blob: string): string | null {
  if (!mayNameLog(blob)) return null;
  const value = parsePythonJson(blob);
  const name = isJsonObject(value) ? value["logname"] : undefined;
  return typeof name === "string" && name !== "" ? logName(name) : null;
}

/** Returns whether a blob may contain a log name. It saves parsing large summaries, because the member is rare. */
function mayNameLog(blob: string): boolean {
  return blob.includes('"logname"');
}
