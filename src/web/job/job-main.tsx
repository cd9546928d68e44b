import { shortRevision } from "../../domain/result-set.ts";
import { printable } from "../../domain/text/printable.ts";
import { jobAddress, projectAddress, publishAddress, pushAddress } from "../addresses.ts";
import { jobTitle } from "../job-title.ts";
import { JobPanel } from "./job-panel.tsx";
import { firstTab, type TabName } from "./job-tabs.ts";
import type { TabProps } from "./tab-props.ts";

interface JobMainProps extends Pick<TabProps, "shown"> {
  /** The tab to show; null for the job's default tab. */
  readonly tab: TabName | null;
  readonly nowMs: number;
}

/** The page of a job. The script redraws the panel with times in the reader's time zone. */
export function JobMain({ shown, tab, nowMs }: JobMainProps) {
  const { job, push } = shown;
  const { project, job_guid: guid } = job;
  return (
    <div class="job-page">
      <p class="job-place">
        <a href={projectAddress(project)}>{printable(project)}</a>
        {push !== null && (
          <>
            {" › push "}
            <a href={pushAddress({ project, revision: push.revision, job: guid })}>
              {printable(shortRevision(push.revision))}
            </a>
            {push.push_timestamp === 0
              ? " (its details have not been received yet)"
              : ` by ${printable(push.author)}`}
          </>
        )}
      </p>
      <h1>{printable(jobTitle(job))}</h1>
      <div id="job">
        <JobPanel
          shown={shown}
          tab={tab ?? firstTab(shown)}
          tabAddress={(name) => jobAddress({ project, guid, tab: name })}
          zone="UTC"
          nowMs={nowMs}
        />
      </div>
    </div>
  );
}

interface NoJobProps {
  readonly project: string;
  readonly guid: string;
  /** The guids of other jobs of the same task. */
  readonly runs: readonly string[];
}

/** Says that there is no such job, and where to look for it. */
export function NoJob({ project, guid, runs }: NoJobProps) {
  return (
    <div class="prose">
      <h1>{runs.length === 0 ? "No such job" : "Which run?"}</h1>
      <p>
        The project {printable(project)} has no job with the guid <code>{printable(guid)}</code>.
      </p>
      {runs.length > 0 ? (
        <>
          <p>The task has these runs:</p>
          <ul>
            {runs.map((run) => (
              <li key={run}>
                <a href={jobAddress({ project, guid: run })}>{printable(run)}</a>
              </li>
            ))}
          </ul>
        </>
      ) : (
        <p>
          It may have been refused, may still be on its way, may belong to another project, or may have been
          deleted for its age. <a href={publishAddress(guid)}>See how far it has come</a>.
        </p>
      )}
      <p>
        <a href={projectAddress(project)}>The newest pushes of {printable(project)}</a>
      </p>
    </div>
  );
}
