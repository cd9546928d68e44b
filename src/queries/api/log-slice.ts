import { logName } from "../../domain/log-name.ts";
import { isParsedHere } from "../../domain/log-plan.ts";
import type { LogLine, LogSlices } from "../../logs/cache/log-slices.ts";
import type { ApiReads } from "../../store/ports/api-reads.ts";
import type { JobReads } from "../../store/ports/job-reads.ts";
import { findByNumber } from "./list-jobs.ts";
import { readWhole, wholeNumber } from "./read-page.ts";
import { badQuery, ReadRefused } from "./read-refused.ts";

/** Returns the requested lines of a job's log. @throws ReadRefused if the request is invalid, or if the lines cannot be read. */
export async function logSlice(
  store: Pick<ApiReads, "selectJobs" | "readJobs"> & Pick<JobReads, "findJob">,
  logs: LogSlices,
  project: string,
  query: URLSearchParams,
): Promise<readonly LogLine[]> {
  const [from, to] = [readWhole(query, "start_line"), readWhole(query, "end_line")];
  if (from === null || to === null) {
    throw new ReadRefused(400, "``start_line`` and ``end_line`` parameters are both required");
  }
  if (from >= to) throw new ReadRefused(400, "``end_line`` must be larger than ``start_line``");
  const id = query.get("job_id") ?? "";
  const number = wholeNumber(id);
  if (id === "") throw badQuery("The job_id parameter is mandatory for this endpoint");
  const listed = number === null ? null : await findByNumber(store, project, number);
  if (listed === null) throw new ReadRefused(404, `No job with id: ${id}`);
  const { job } = listed;
  const asked = query.get("name");
  const name = asked === null ? null : logName(asked);
  const view = await store.findJob(project, job.job_guid);
  const log = view?.logs.find((each) => (name === null ? isParsedHere(each.name) : each.name === name));
  if (log === undefined) throw new ReadRefused(404, { detail: "The job has no such log" });
  const part = await logs.readLines(log.url, from, to, job.state === "completed");
  if (part.ok) return part.lines;
  throw new ReadRefused({ busy: 503, "too-long": 400, failed: 502 }[part.kind], { detail: part.detail });
}
