import { readConditions } from "../../queries/api/conditions.ts";
import {
  jobFields,
  jobPropertyNames,
  todaysPropertyNames,
  toJobRow,
  toTodaysJobRow,
  valuesOf,
} from "../../queries/api/job-row.ts";
import { jobLogs, jobView, similarJobs } from "../../queries/api/job-view.ts";
import { findByNumber, listJobs } from "../../queries/api/list-jobs.ts";
import { logSlice } from "../../queries/api/log-slice.ts";
import { bugSuggestions, errorLines, logSummary } from "../../queries/api/log-summaries.ts";
import { createNameNumbers } from "../../queries/api/name-numbers.ts";
import { readPage, wholeNumber } from "../../queries/api/read-page.ts";
import { badQuery, ReadRefused } from "../../queries/api/read-refused.ts";
import { artifactFields, artifactListText, oneArtifactText } from "../../queries/api/shown-artifacts.ts";
import type { ReadJob } from "../../store/ports/api-reads.ts";
import { PROJECT_PATH } from "../rest/rest-plugin.ts";
import { JsonText, linkTo, type ReadQuestion, type ReadRoute, type ReadSources } from "./read-route.ts";

const MAX_JOBS = 2000;
const jobPage = {
  usual: 10,
  most: MAX_JOBS,
  tooMany: { error: `Specified count exceeds API MAX_JOBS_COUNT value: ${MAX_JOBS}` },
};
const MAX_ARTIFACTS = 1000;
const artifactPage = {
  usual: 10,
  most: MAX_ARTIFACTS,
  tooMany: { error: `Specified count exceeds API MAX_ARTIFACTS_COUNT value: ${MAX_ARTIFACTS}` },
};

/** The routes of jobs, and of the data that belongs to a job. */
export const jobRoutes: readonly ReadRoute[] = [
  {
    path: `${PROJECT_PATH}/jobs/`,
    async answer({ store }, { project, query }) {
      const page = readPage(query, jobPage);
      const jobs = await listJobs(store, project, readConditions(query, jobFields), page);
      const numberOf = createNameNumbers();
      const rows = jobs.map((job) => toJobRow(job, numberOf));
      const meta = { repository: project, offset: page.offset, count: page.count };
      if (query.get("return_type") !== "list") return { results: rows, meta };
      const results = rows.map((row) => valuesOf(row, jobPropertyNames));
      return { results, job_property_names: jobPropertyNames, meta };
    },
  },
  {
    path: `${PROJECT_PATH}/jobs/:id/`,
    answer: async ({ store }, question) => jobView(store, await jobOf(store, question)),
  },
  {
    path: `${PROJECT_PATH}/jobs/:id/text_log_summary/`,
    async answer({ store }, question) {
      const { job } = await jobOf(store, question);
      const summary = await logSummary(store, job);
      if (summary !== null) return summary;
      throw new ReadRefused(404, `No text_log_summary generated for job with id: ${question.id}`);
    },
  },
  {
    path: `${PROJECT_PATH}/jobs/:id/text_log_errors/`,
    answer: async ({ store }, question) => errorLines(store, (await jobOf(store, question)).job),
  },
  {
    path: `${PROJECT_PATH}/jobs/:id/bug_suggestions/`,
    answer: async ({ store }, question) => bugSuggestions(store, (await jobOf(store, question)).job),
  },
  {
    path: `${PROJECT_PATH}/jobs/:id/similar_jobs/`,
    async answer({ store }, question) {
      const { project, query } = question;
      const page = readPage(query, { ...jobPage, usual: 50 });
      const numberOf = createNameNumbers();
      const similar = await similarJobs(store, await jobOf(store, question), page.offset + page.count);
      const results = similar.slice(page.offset).map((job) => toTodaysJobRow(job, numberOf));
      return { results, meta: { repository: project, offset: page.offset, count: page.count } };
    },
  },
  {
    path: `${PROJECT_PATH}/artifact/`,
    async answer({ store }, { project, query }) {
      const page = readPage(query, artifactPage);
      return new JsonText(
        await artifactListText(store, project, readConditions(query, artifactFields), page),
      );
    },
  },
  {
    path: `${PROJECT_PATH}/artifact/:id/`,
    async answer({ store }, { project, id }) {
      const number = wholeNumber(id);
      if (number === null) throw new ReadRefused(404, `job_artifact ${id} not found`);
      return new JsonText(await oneArtifactText(store, project, number));
    },
  },
  {
    path: `${PROJECT_PATH}/job-log-url/`,
    async answer({ store }, { project, query }) {
      const text = query.get("job_id");
      if (text === null) throw badQuery("The job_id parameter is mandatory for this endpoint");
      const number = wholeNumber(text);
      if (number === null) throw badQuery("The job_id parameter must be an integer");
      const job = await findByNumber(store, project, number);
      return job === null ? [] : jobLogs(store, job);
    },
  },
  {
    path: `${PROJECT_PATH}/logslice/`,
    answer: async ({ store, logs }, { project, query }) => logSlice(store, logs, project, query),
  },
  {
    path: "/api/jobs/",
    async answer({ store }, question) {
      const { query } = question;
      const page = readPage(query, { ...jobPage, usual: MAX_JOBS });
      const project = query.get("repository");
      const conditions = readConditions(query, jobFields);
      // One job more than the page holds shows whether there is a next page.
      const jobs = await listJobs(store, project, conditions, { ...page, count: page.count + 1 });
      const numberOf = createNameNumbers();
      const rows = jobs.slice(0, page.count).map((job) => toTodaysJobRow(job, numberOf));
      const linkAt = (offset: number): string => linkTo(question, { offset: String(offset) });
      return {
        // A page of zero rows would link to itself.
        next: page.count > 0 && jobs.length > page.count ? linkAt(page.offset + page.count) : null,
        previous: page.offset > 0 ? linkAt(Math.max(0, page.offset - page.count)) : null,
        results: rows.map((row) => valuesOf(row, todaysPropertyNames)),
        job_property_names: todaysPropertyNames,
      };
    },
  },
];

/** Returns the job that a path names. @throws ReadRefused with 404 if the project has no such job. */
async function jobOf(store: ReadSources["store"], { project, id }: ReadQuestion): Promise<ReadJob> {
  const number = wholeNumber(id);
  const job = number === null ? null : await findByNumber(store, project, number);
  if (job === null) throw new ReadRefused(404, `No job with id: ${id}`);
  return job;
}
