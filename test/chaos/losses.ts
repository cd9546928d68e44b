import type { Published } from "./law.ts";

/** A queue that was deleted by force. Times in milliseconds since the epoch. */
export interface Deletion {
  readonly fromMs: number;
  readonly toMs: number;
  /** Messages that it held, as the broker says: those that no worker had in hand. */
  readonly held: number;
}

/** That a worker was without its queue, as it told it. */
export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
  /** What the queue held when it was there again. */
  readonly queueMessages: number;
}

/** A worker notices it so much later, at most. */
const NOTICED_MS = 5000;

/** Did a worker say that the queue was gone, from when to when, and that it came back empty? */
function isAnnounced({ toMs }: Deletion, gaps: readonly Gap[]): boolean {
  return gaps.some((gap) => gap.fromMs <= toMs + NOTICED_MS && gap.toMs >= toMs && gap.queueMessages === 0);
}

interface Missing {
  readonly each: Published;
  readonly whys: readonly string[];
}

/**
 * Messages whose effect is not there. A queue deleted by force loses what it held: so many as the broker counted, and
 * those that were on their way into it. Any more than that were lost otherwise.
 */
export class Losses {
  /** Those that were announced. */
  readonly #deletions: readonly Deletion[];
  readonly #missing: Missing[] = [];

  /** @param gaps - of all workers. */
  constructor(deletions: readonly Deletion[], gaps: readonly Gap[]) {
    this.#deletions = deletions.filter((deletion) => isAnnounced(deletion, gaps));
  }

  add(each: Published, whys: readonly string[]): void {
    this.#missing.push({ each, whys });
  }

  /** In job messages. */
  judged(): { lost: number; announced: number; breaches: readonly string[] } {
    let left = this.#missing;
    let announced = 0;
    for (const deletion of this.#deletions) {
      const before = left.filter(({ each }) => each.confirmedAtMs < deletion.fromMs);
      const arriving = left.filter(
        ({ each }) => each.sentAtMs <= deletion.toMs && each.confirmedAtMs >= deletion.fromMs,
      );
      // The youngest: what a queue holds came last.
      const held = before
        .toSorted((a, b) => b.each.confirmedAtMs - a.each.confirmedAtMs)
        .slice(0, deletion.held);
      const gone = new Set([...held, ...arriving]);
      for (const { whys } of gone) announced += whys.length;
      left = left.filter((missing) => !gone.has(missing));
    }
    const breaches = left.flatMap(({ whys }) => whys);
    return { lost: breaches.length, announced, breaches };
  }
}
