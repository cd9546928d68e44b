import { jobNumberRange } from "../../domain/document-numbers.ts";
import { artifactIds, JOB_INFO } from "../../domain/ids.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { Artifact } from "../../domain/submission.ts";
import type { ApiReads, ArtifactHead, JobSelection } from "../../store/ports/api-reads.ts";
import type { JobReads } from "../../store/ports/job-reads.ts";
import { type Condition, type Fields, fits } from "./conditions.ts";
import { numberParts } from "./part-numbers.ts";
import type { Page } from "./read-page.ts";
import { badQuery, ReadRefused } from "./read-refused.ts";

export type ArtifactLists = Pick<ApiReads, "selectJobs" | "readJobs" | "listArtifacts"> &
  Pick<JobReads, "findArtifact">;

/** An artifact in a list, without its content. */
export interface ShownArtifact extends ArtifactHead {
  readonly id: number;
  readonly job_id: number;
  readonly job_guid: string;
}

/** The fields that lists of artifacts can be filtered on. */
export const artifactFields: Fields = new Map([
  ["id", "number"],
  ["job_id", "number"],
  ["job_guid", "text"],
  ["name", "text"],
  ["type", "text"],
]);

/** The artifacts that these lists leave out. Job details have a list of their own; performance data has none. */
const hidden: ReadonlySet<string> = new Set([JOB_INFO, "performance_data"]);
const SUMMARY = "text_log_summary";
/** The former name of summaries. */
const OLD_SUMMARY = "Structured Log";
/** The most jobs that one request may name. */
const MAX_JOBS = 1000;
/** The greatest total length of the artifacts in one answer, in characters. */
const MAX_ANSWER = 32 * 1024 * 1024;

/** Returns the artifacts of a job that lists show, newest first. */
export async function shownArtifacts(
  store: Pick<ApiReads, "listArtifacts">,
  { project, job_guid, rest_id }: StoredJob,
): Promise<ShownArtifact[]> {
  const heads = (await store.listArtifacts(project, job_guid)).filter(({ name }) => !hidden.has(name));
  const numbers = numberParts(
    rest_id,
    heads.map(({ name }) => artifactIds(project, job_guid, name)),
  );
  return heads.map((head, at) => ({ ...head, id: numbers[at] ?? 0, job_id: rest_id, job_guid })).toReversed();
}

/**
 * Returns a list of artifacts as JSON text, job by job, and newest first within a job. Blobs are copied into it as they are
 * stored, because parsing them as JSON would lose digits of long numbers.
 *
 * @throws ReadRefused if no filter names a job or an artifact, or if the list would be too long.
 */
export async function artifactListText(
  store: ArtifactLists,
  project: string,
  conditions: readonly Condition[],
  { offset, count }: Page,
): Promise<string> {
  const selections = selectionsOf(conditions);
  if (selections === null) throw badQuery("add one of these filters: job_id, job_guid, id");
  const wanted = conditions.map(withOldName);
  const texts: string[] = [];
  let skipped = 0;
  let length = 0;
  const handles = await Promise.all(selections.map((each) => store.selectJobs(each, project, MAX_JOBS)));
  const jobs = await store.readJobs([...new Set(handles.flat())]);
  for (const { job } of jobs) {
    for (const artifact of await shownArtifacts(store, job)) {
      if (!fits({ ...artifact }, wanted)) continue;
      if (texts.length === count) return `[${texts.join(",")}]`;
      if (skipped < offset) {
        skipped++;
        continue;
      }
      const text = await artifactText(store, project, artifact);
      length += text.length;
      if (length > MAX_ANSWER) {
        throw badQuery(
          "these artifacts are too long for one answer: ask for fewer by count, or for one by name",
        );
      }
      texts.push(text);
    }
  }
  return `[${texts.join(",")}]`;
}

/** Returns one artifact as JSON text. @throws ReadRefused with 404 if the project has none with this number. */
export async function oneArtifactText(store: ArtifactLists, project: string, id: number): Promise<string> {
  const [first, last] = jobNumberRange(id);
  const handles = await store.selectJobs({ by: "number-range", first, last }, project, MAX_JOBS);
  for (const { job } of await store.readJobs(handles)) {
    const found = (await shownArtifacts(store, job)).find((artifact) => artifact.id === id);
    if (found !== undefined) return artifactText(store, project, found);
  }
  throw new ReadRefused(404, `job_artifact ${id} not found`);
}

/** Returns selections of the jobs whose artifacts may fit, or null if no condition limits the jobs. */
function selectionsOf(conditions: readonly Condition[]): JobSelection[] | null {
  for (const { field, op, values } of conditions) {
    if (op !== "eq" && op !== "in") continue;
    if (field === "job_id") return [{ by: "number", numbers: values.map(Number) }];
    if (field === "job_guid") return [{ by: "guid", guids: values.map(String) }];
    if (field === "id") {
      if (values.length > 100) throw badQuery("id: more than 100 values");
      return values.map((value) => {
        const [first, last] = jobNumberRange(Number(value));
        return { by: "number-range", first, last };
      });
    }
  }
  return null;
}

function withOldName(condition: Condition): Condition {
  const { field, op, values } = condition;
  const isNamed = field === "name" && (op === "eq" || op === "in") && values.includes(SUMMARY);
  return isNamed ? { field, op: "in", values: [...values, OLD_SUMMARY] } : condition;
}

async function artifactText(
  store: Pick<JobReads, "findArtifact">,
  project: string,
  { id, job_id, job_guid, name, type }: ShownArtifact,
): Promise<string> {
  const artifact = await store.findArtifact(project, job_guid, name);
  const head = JSON.stringify({ id, job_id, name, type });
  return `${head.slice(0, -1)},"blob":${blobText(artifact)}}`;
}

/** Returns a blob as JSON text: a blob of type `json` unchanged, any other blob as a string. */
function blobText(artifact: Artifact | null): string {
  if (artifact === null) return "null";
  const { type, blob } = artifact;
  if (type.toLowerCase() !== "json") return JSON.stringify(blob);
  try {
    JSON.parse(blob);
    return blob;
  } catch {
    // A publisher may have sent text that is not JSON with the type `json`.
    return JSON.stringify(blob);
  }
}
