import { randomInt } from "node:crypto";
import { numberOf } from "../../src/domain/document-numbers.ts";
import { jobId, resultSetId } from "../../src/domain/ids.ts";
import { JOBS_PER_PUSH, projectOf, revisionOf, taskId } from "./message-mix.ts";

/** The maximum number of rows that a list of jobs may have. */
const ROWS = 2000;
const FIRST_ARRIVAL_MS = Date.parse("2026-01-05T10:00:00.000Z");
/** How many jobs arrive per second in the store that is filled. */
const JOBS_PER_SECOND = 50;
const base = "/api/project/try";

/** Returns the time at which a job was stored. */
export function arrivedAt(job: number): string {
  return new Date(FIRST_ARRIVAL_MS + Math.floor(job / JOBS_PER_SECOND) * 1000).toISOString();
}

/**
 * Returns the questions, keyed by what they ask for. Each call of a question asks for other documents.
 * @param jobs - how many jobs the store holds.
 */
export function apiQuestions(jobs: number): Readonly<Record<string, () => string>> {
  const anyJob = (): number => {
    const job = randomInt(jobs);
    return job - (job % 3) + 2 < jobs ? job - (job % 3) + 2 : 2;
  };
  const guidOf = (job: number): string => taskId("there", job);
  const numberOfJob = (job: number): number => numberOf(jobId(projectOf(job), guidOf(job)));
  const pushOf = (job: number): number =>
    numberOf(resultSetId("try", revisionOf(Math.floor(job / JOBS_PER_PUSH))));
  const anyNumbers = (count: number): string =>
    Array.from({ length: count }, () => numberOfJob(anyJob())).join(",");
  const upTo = (most: number): number => Math.max(0, Math.min(most, Math.floor(jobs / 3) - ROWS));

  return {
    "jobs, offset 0": () => `${base}/jobs/?count=${ROWS}`,
    "jobs, offset 10,000": () => `${base}/jobs/?count=${ROWS}&offset=${upTo(10_000)}`,
    "jobs, offset 20,000": () => `${base}/jobs/?count=${ROWS}&offset=${upTo(20_000)}`,
    "jobs by id": () => `${base}/jobs/?id=${numberOfJob(anyJob())}`,
    "jobs by 400 ids": () => `${base}/jobs/?count=${ROWS}&id__in=${anyNumbers(400)}`,
    "jobs by job_guid": () => `${base}/jobs/?job_guid=${encodeURIComponent(guidOf(anyJob()))}`,
    "jobs by task_id": () =>
      `${base}/jobs/?task_id=${encodeURIComponent(guidOf(anyJob()).replace("/0", ""))}`,
    "jobs by result_set_id": () => `${base}/jobs/?count=${ROWS}&result_set_id=${pushOf(anyJob())}`,
    "jobs of 100 pushes": () =>
      `${base}/jobs/?count=${ROWS}&result_set_id__in=${Array.from({ length: 100 }, () => pushOf(anyJob())).join(",")}`,
    "jobs by push_id, all projects": () => `/api/jobs/?push_id=${pushOf(anyJob())}`,
    "jobs by last_modified": () =>
      `${base}/jobs/?count=${ROWS}&last_modified__gte=${arrivedAt(Math.max(0, jobs - 3 * ROWS))}`,
    "jobs by last_modified, 40,000 of them": () =>
      `${base}/jobs/?count=${ROWS}&offset=${upTo(20_000)}&last_modified__gte=${arrivedAt(Math.max(0, jobs - 120_000))}`,
    "one job": () => `${base}/jobs/${numberOfJob(anyJob())}/`,
    "artifacts of a job": () => `${base}/artifact/?job_id=${numberOfJob(anyJob())}`,
    "details of a job": () => `/api/jobdetail/?job_guid=${encodeURIComponent(guidOf(anyJob()))}`,
    "logs of a job": () => `${base}/job-log-url/?job_id=${numberOfJob(anyJob())}`,
    "pushes, the newest 1,000": () => `${base}/resultset/?count=1000`,
    "pushes by revision": () =>
      `${base}/resultset/?revision=${revisionOf(Math.floor(anyJob() / JOBS_PER_PUSH))}`,
    "pushes by author": () => `${base}/resultset/?count=1000&author=developer${randomInt(80)}@example.org`,
    "pushes from a change": () =>
      `${base}/resultset/?count=1000&fromchange=${revisionOf(Math.floor(anyJob() / JOBS_PER_PUSH))}`,
    "pushes of a day": () => `${base}/resultset/?count=1000&startdate=2026-01-05&enddate=2026-01-05`,
    "states of a push": () => `${base}/resultset/${pushOf(anyJob())}/status/`,
    "option collections": () => "/api/optioncollectionhash/",
    repositories: () => "/api/repository/",
  };
}
