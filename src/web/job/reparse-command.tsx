import { CopyCommand } from "../copy-command.tsx";
import type { ShownJob } from "../shown-job.ts";

/** The command that has the logs of a job read again. Renders nothing if none of them is read here: the command skips such logs. */
export function ReparseCommand({ job, logs }: Pick<ShownJob, "job" | "logs">) {
  if (!logs.some(({ is_read_here }) => is_read_here)) return null;
  return (
    <>
      <p>To have the logs of this job read again:</p>
      <CopyCommand
        words={["pulse-ingest", "logs", "reparse", "--project", job.project, "--job", job.job_guid]}
      />
    </>
  );
}
