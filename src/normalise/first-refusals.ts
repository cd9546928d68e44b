import type { Refusal } from "../domain/submission.ts";

/** As many as a job keeps. */
const MAX_REFUSALS = 100;

/** At most a hundred refusals: where there are more, the last one says how many. */
export function firstRefusals(refused: readonly Refusal[]): readonly Refusal[] {
  if (refused.length <= MAX_REFUSALS) return refused;
  const left = refused.length - (MAX_REFUSALS - 1);
  const rest = {
    what: `${left} more parts`,
    reason: "cannot be used either; only the first ones are listed",
  };
  return [...refused.slice(0, MAX_REFUSALS - 1), rest];
}

/** A limit of what one message may give a job. */
export interface PartLimit {
  /** The parts, in the plural. */
  readonly what: string;
  readonly most: number;
  readonly setting: string;
}

/** Tells how many parts were left out because of a limit; nothing where none were. */
export function beyondLimit(left: number, { what, most, setting }: PartLimit): readonly Refusal[] {
  if (left <= 0) return [];
  return [{ what: `${what} beyond the first ${most}`, reason: `${left} left out: ${setting} is ${most}` }];
}
