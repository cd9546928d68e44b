import { JOB_INFO } from "../../domain/ids.ts";
import type { Artifact } from "../../domain/submission.ts";
import { blankLogUrl } from "../../domain/text/blank-url.ts";
import type { LogSummary } from "./log-parser.ts";

/**
 * Returns the artifacts of a log in the order in which they are stored: `text_log_summary`, `Job Info` (even if it is
 * empty) and, if the log has any, `performance_data`. `Bug suggestions` follow later.
 *
 * The summary has no `logname`, because only logs of the default names are parsed.
 *
 * @param logUrl - the URL that was requested, before redirects. Its credentials are blanked, because readers get the artifacts
 *   exactly as they are stored.
 */
export function logArtifacts(summary: LogSummary, logUrl: string): Artifact[] {
  const logurl = JSON.stringify(blankLogUrl(logUrl));
  const { step_data, job_details, performance_items } = summary;
  const artifacts = [
    json("text_log_summary", `{"logurl":${logurl},"step_data":${JSON.stringify(step_data)}}`),
    json(JOB_INFO, `{"logurl":${logurl},"job_details":${JSON.stringify(job_details)}}`),
  ];
  if (performance_items.length > 0) {
    artifacts.push(
      json("performance_data", `{"logurl":${logurl},"performance_data":[${performance_items.join(",")}]}`),
    );
  }
  return artifacts;
}

function json(name: string, blob: string): Artifact {
  return { name, type: "json", blob };
}
