import { CELL, type JobCell } from "../../domain/job-cell.ts";
import { buttonClass, isFailure, jobStatus, progressStatuses } from "../job-status.ts";

/** A job as the grid uses it: the fields of its cell, and values computed from them. Times are seconds since the Unix epoch; 0 if unknown. */
export interface GridJob {
  readonly guid: string;
  readonly isCompleted: boolean;
  readonly status: string;
  /** See `isFailure` in `job-status.ts`. Computed once, because each key press needs it for thousands of jobs. */
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
  /** The sort key within a group: the symbol with its numbers padded, so that `R2` comes before `R10`. */
  readonly symbolOrder: string;
  readonly name: string;
  readonly platform: string;
  /** The options, joined by spaces. */
  readonly options: string;
  readonly submit: number;
  readonly start: number;
  readonly end: number;
  readonly version: number;
  /** The text that a text filter searches, in lower case. */
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

/** Joins fields with line feeds, so that a word of the filter cannot match across two fields. */
function searchedText(fields: readonly string[]): string {
  return fields.join("\n").toLowerCase();
}

/** Returns how many whole minutes a job took from its start, or from its submission if the start is unknown; null if it has not ended. */
function minutesOf({ isCompleted, submit, start, end }: GridJob): number | null {
  if (!isCompleted || end === 0) return null;
  const from = start === 0 ? submit : start;
  return from === 0 ? null : Math.max(0, Math.round((end - from) / 60));
}

/** Returns the tooltip of a job: `NAME - STATUS (N mins)`. */
export function buttonTitle(job: GridJob): string {
  const minutes = minutesOf(job);
  return `${job.name} - ${job.status}${minutes === null ? "" : ` (${minutes} mins)`}`;
}

/**
 * Returns the text that a screen reader speaks for a job: `NAME, STATUS, N minutes`, and the symbol. The symbol is included because
 * people who control the computer by voice say the text that they see.
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
