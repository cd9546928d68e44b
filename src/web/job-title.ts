import type { PreparedJob } from "../domain/submission.ts";
import { printable } from "../domain/text/printable.ts";
import { jobStatus } from "./job-status.ts";
import { platformLabel } from "./platform-names.ts";

type Titled = Pick<
  PreparedJob,
  "machine_platform" | "options" | "group_name" | "group_symbol" | "name" | "job_symbol"
>;

/** Returns the full name of a job, such as `Linux x64 debug Mochitest mochitest-1 M(1)`. */
export function jobTitle(job: Titled): string {
  const { machine_platform, options, group_name, name } = job;
  return [
    platformLabel(machine_platform.platform),
    options.join(" "),
    group_name === "unknown" ? "" : group_name,
    name,
    jobSymbols(job),
  ]
    .filter((part) => part !== "")
    .join(" ");
}

/** Returns the title of a job's page. It begins with the symbol and the status, which readers look for in a row of browser tabs. */
export function jobPageTitle(
  job: Titled & Pick<PreparedJob, "state" | "result">,
  isCoalesced: boolean,
): string {
  return printable(`${jobSymbols(job)} ${jobStatus(job.state, job.result, isCoalesced)} · ${jobTitle(job)}`);
}

/** Returns the symbol of a job with that of its group, such as `M(1)`. A job without a group has the group symbol `?`. */
export function jobSymbols({
  group_symbol,
  job_symbol,
}: Pick<PreparedJob, "group_symbol" | "job_symbol">): string {
  return `${group_symbol === "?" ? "" : group_symbol}(${job_symbol})`;
}
