import { JobInfoList } from "./job-info-list.tsx";
import { RefusedParts } from "./refused-parts.tsx";
import type { TabProps } from "./tab-props.ts";

/** The details tab: the job's `Job Info`, and the refused parts of its messages. */
export function DetailTab({ shown: { details, has_more_details, job, history } }: TabProps) {
  return (
    <>
      {details.length === 0 ? (
        <p>No details: the job's messages bring no job info{job.state === "completed" ? "." : " yet."}</p>
      ) : (
        <JobInfoList details={details} hasMore={has_more_details} resultsName={job.name} />
      )}
      <RefusedParts refused={history.refused} />
    </>
  );
}
