import { countsText } from "../../domain/text/counts-text.ts";
import { duration } from "../../domain/text/duration.ts";
import { CopyCommand } from "../copy-command.tsx";
import { ShownText } from "../shown-text.tsx";
import { TimeAgo } from "../time-ago.tsx";
import type { KeptDays, RetentionFigures } from "./operate-figures.ts";

export interface RetentionWordsProps {
  /** Null if no worker answered. */
  readonly retention: RetentionFigures | null;
  /** The time of the figures, in ISO 8601. Ages are relative to it. */
  readonly now: string;
}

/** The retention of data: how long it is kept, the state of removing old data, and the command that counts what would be removed. */
export function RetentionWords({ retention, now }: RetentionWordsProps) {
  if (retention === null) return <p class="note">No worker says how long data is kept.</p>;
  const { kept, differ, removed } = retention;
  return (
    <>
      {differ && (
        <p class="note note-trouble">
          The workers have different settings, and each worker applies its own. Give all of them the same
          RETAIN_DAYS, ARCHIVE_DAYS and registry. The settings of the first worker are shown here.
        </p>
      )}
      <p>
        <Kept kept={kept} />
      </p>
      <p>
        <LastRun retention={retention} now={now} /> Removed since the start of the workers:{" "}
        {countsText(removed) || "nothing"}.
      </p>
      <p>
        What is due now: <CopyCommand words={["pulse-ingest", "expire", "--dry-run"]} />
      </p>
    </>
  );
}

function Kept({ kept: { jobs, projects, rejections, archive } }: { readonly kept: KeptDays }) {
  const own = Object.entries(projects);
  const isAnyLimited = [jobs, ...Object.values(projects)].some((days) => days > 0);
  return (
    <>
      {isAnyLimited ? "Completed jobs" : "Jobs"} are kept {kept(jobs)}
      {own.map(([project, days], at) => (
        <>
          {at === 0 ? " (" : ", "}
          <ShownText text={project} /> {kept(days)}
        </>
      ))}
      {own.length > 0 && ")"}
      {isAnyLimited && ", other jobs twice as long"}, rejections {kept(rejections)}.{" "}
      {archive === 0
        ? "Nothing is added to the archive (ARCHIVE_DAYS)."
        : `Messages stay in the archive ${kept(archive)}.`}
    </>
  );
}

function kept(days: number): string {
  if (days === 0) return "for ever";
  return `for ${days} ${days === 1 ? "day" : "days"}`;
}

function LastRun({
  retention: { at_work, last_run_at, lag_seconds },
  now,
}: RetentionWordsProps & { retention: RetentionFigures }) {
  if (at_work !== null) {
    return (
      <>
        What is older is being removed by {at_work}
        {lag_seconds > 0 && `, which is ${duration(lag_seconds)} behind`}.
      </>
    );
  }
  if (last_run_at === null) return <>No run has ended yet.</>;
  return (
    <>
      The last run ended <TimeAgo at={last_run_at} now={now} />, and nothing was left to remove.
    </>
  );
}
