import type { Refusal } from "../domain/submission.ts";

/** The maximum number of refusals that are kept for a job. */
const MAX_REFUSALS = 100;

/** Returns at most a hundred refusals. If there are more, the last one reports how many were left out. */
export function firstRefusals(refused: readonly Refusal[]): readonly Refusal[] {
  if (refused.length <= MAX_REFUSALS) return refused;
  const left = refused.length - (MAX_REFUSALS - 1);
  const rest = {
    what: `${left} more parts`,
    reason: "cannot be used either; only the first parts are listed",
  };
  return [...refused.slice(0, MAX_REFUSALS - 1), rest];
}

/** A limit on the number of parts of one kind that a job may have. */
export interface PartLimit {
  /** The name of the parts, in the plural. */
  readonly what: string;
  readonly most: number;
  readonly setting: string;
}

/** Returns a refusal that reports how many parts were left out because of a limit, or an empty list if none were. */
export function beyondLimit(left: number, { what, most, setting }: PartLimit): readonly Refusal[] {
  if (left <= 0) return [];
  return [{ what: `${what} beyond the first ${most}`, reason: `${left} left out: ${setting} is ${most}` }];
}
