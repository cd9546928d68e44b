import { CELL, type JobCell } from "../../domain/job-cell.ts";
import { buttonClass, isFailure, jobStatus, progressStatuses } from "../job-status.ts";

/** A job as the grid works with it: its cell with names, and what follows from it. Times are seconds since the Unix epoch; 0 if unknown. */
export interface GridJob {
  readonly guid: string;
  readonly isCompleted: boolean;
  readonly status: string;
  /** See `isFailure` of `job-status.ts`. It is asked for thousands of jobs after each key. */
  readonly isFailure: boolean;
  /** Pending or running. */
  readonly isInProgress: boolean;
  readonly classification: number;
  /** See `buttonClass`. */
  readonly look: string;
  readonly tier: number;
  /** `?` for a job without a group. */
  readonly groupSymbol: string;
  readonly groupName: string;
  readonly symbol: string;
  /** Jobs of a group are sorted by it: the symbol with its numbers padded, so that `R2` comes before `R10`. */
  readonly symbolOrder: string;
  readonly name: string;
  readonly platform: string;
  /** Joined by spaces. */
  readonly options: string;
  readonly submit: number;
  readonly start: number;
  readonly end: number;
  readonly version: number;
  /** All that a text filter looks at, in lower case. */
  readonly searched: string;
}

/** Returns the job of a cell. */
export function toGridJob(cell: JobCell, isCoalesced: boolean): GridJob {
  const [guid, state, result, classification, tier, groupSymbol, groupName, symbol, name, platform] = cell;
  const options = cell[CELL.options].join(" ");
  const status = jobStatus(state, result, isCoalesced);
  return {
    guid,
    isCompleted: state === "completed",
    status,
    isFailure: isFailure(status),
    isInProgress: progressStatuses.includes(status),
    classification,
    look: buttonClass(status, classification),
    tier,
    groupSymbol,
    groupName,
    symbol,
    name,
    platform,
    options,
    symbolOrder: symbol.replace(/\d+/g, (digits) => digits.padStart(3, "0")),
    submit: cell[CELL.submit],
    start: cell[CELL.start],
    end: cell[CELL.end],
    version: cell[CELL.version],
    searched: searchedText([name, symbol, groupSymbol, groupName, platform, options, guid]),
  };
}

/** A line feed keeps a word of the filter from matching the end of one field and the beginning of the next. */
function searchedText(fields: readonly string[]): string {
  return fields.join("\n").toLowerCase();
}

/** Returns how long a job took, in whole minutes: from its start, or from its submission if that is unknown. Null if it has not ended. */
function minutesOf({ isCompleted, submit, start, end }: GridJob): number | null {
  if (!isCompleted || end === 0) return null;
  const from = start === 0 ? submit : start;
  return from === 0 ? null : Math.max(0, Math.round((end - from) / 60));
}

/** Returns what is shown when the mouse rests on a job: `NAME - STATUS (N mins)`. */
export function buttonTitle(job: GridJob): string {
  const minutes = minutesOf(job);
  return `${job.name} - ${job.status}${minutes === null ? "" : ` (${minutes} mins)`}`;
}

/**
 * Returns what a screen reader says of a job: `NAME, STATUS, N minutes`, and the symbol, because people who use their voice say the
 * text that they see.
 */
export function spokenJob(job: GridJob, hasPassedElsewhere: boolean): string {
  const minutes = minutesOf(job);
  const parts = [
    job.name,
    job.status,
    ...(minutes === null ? [] : [minutes === 1 ? "1 minute" : `${minutes} minutes`]),
    ...(hasPassedElsewhere ? ["passed in another run of this push"] : []),
    job.symbol,
  ];
  return parts.join(", ");
}
