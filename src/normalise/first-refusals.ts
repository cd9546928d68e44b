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

/** Tells that a job has more of something than is kept. @returns none where it does not. */
export function beyondLimit(
  parts: { readonly length: number },
  limit: number,
  what: string,
  setting: string,
): readonly Refusal[] {
  const left = parts.length - limit;
  if (left <= 0) return [];
  const reason = `the message has ${parts.length}; the first ${limit} are kept (${setting})`;
  return [{ what: `${left} ${what}`, reason }];
}
