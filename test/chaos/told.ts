import type { Documents } from "./documents.ts";

/** How job messages ended, according to the workers' logs. */
export class Told {
  /** The number of job messages by outcome. */
  readonly outcomes = new Map<string, number>();
  /** How often a worker logged that it stored or moved the job, by guid. */
  readonly stored = new Map<string, number>();

  add(guid: string | null, outcome: string): void {
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    if (outcome === "stored" && guid !== null) this.stored.set(guid, (this.stored.get(guid) ?? 0) + 1);
  }
}

/**
 * Returns differences between the counters of a worker that ended normally and its log. A `failed` message is counted with its redelivery.
 */
export function checkTold({ outcomes }: Told, counted: Readonly<Record<string, number>>): string[] {
  return ["stored", "unchanged", "skipped", "rejected"].flatMap((outcome) => {
    const [told, count] = [outcomes.get(outcome) ?? 0, counted[outcome] ?? 0];
    return told === count ? [] : [`a worker counted ${count} as ${outcome}, and told of ${told}`];
  });
}

/**
 * Returns the moves that workers logged but that no document shows. The opposite is allowed: a worker that was killed, or whose
 * store was killed, could not log its last moves.
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
