import type { Documents } from "./documents.ts";

/** How job messages ended, as workers tell it one by one. */
export class Told {
  /** Outcome to how many. */
  readonly outcomes = new Map<string, number>();
  /** Guid to how often a worker said that it stored or moved the job. */
  readonly stored = new Map<string, number>();

  add(guid: string | null, outcome: string): void {
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    if (outcome === "stored" && guid !== null) this.stored.set(guid, (this.stored.get(guid) ?? 0) + 1);
  }
}

/** Where the counters of a worker that ended well differ from what it told. `failed` ones are told by their redelivery. */
export function checkTold({ outcomes }: Told, counted: Readonly<Record<string, number>>): string[] {
  return ["stored", "unchanged", "skipped", "rejected"].flatMap((outcome) => {
    const [told, count] = [outcomes.get(outcome) ?? 0, counted[outcome] ?? 0];
    return told === count ? [] : [`a worker counted ${count} as ${outcome}, and told of ${told}`];
  });
}

/**
 * Where workers told of a move that no document shows. The other way round may be: a worker that was killed, or whose
 * store was, could not tell of its last ones.
 */
export function checkMoves({ stored }: Told, documents: Documents): string[] {
  const moves = new Map<string, number>();
  for (const { guid, transitions } of documents.jobs.values()) moves.set(guid, transitions.length);
  return [...stored].flatMap(([guid, told]) => {
    const found = moves.get(guid) ?? 0;
    return told <= found
      ? []
      : [`job ${guid}: moved ${told} times by what was told, ${found} by its document`];
  });
}
