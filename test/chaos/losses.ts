import type { Published } from "./law.ts";

/** A queue that was deleted by force. Times in milliseconds since the epoch. */
export interface Deletion {
  readonly fromMs: number;
  readonly toMs: number;
  /** Messages that it held, as the broker says: those that no worker had in hand. */
  readonly held: number;
}

/** That the queue was lost, as a worker told it. Times in milliseconds since the epoch. */
export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
  /** What it held was published since. */
  readonly sinceMs: number;
}

/** A worker notices it so much later, at most. */
const NOTICED_MS = 5000;

/** What a worker said of it, if any did. */
function announcementOf({ toMs }: Deletion, gaps: readonly Gap[]): Gap | undefined {
  return gaps.find((gap) => gap.fromMs <= toMs + NOTICED_MS && gap.toMs >= toMs);
}

interface Missing {
  readonly each: Published;
  readonly whys: readonly string[];
}

/**
 * Messages whose effect is not there. A queue deleted by force loses what it held: so many as the broker counted, and
 * those that were on their way into it, all of them published within the bounds that a worker told. Any more than that
 * were lost otherwise.
 */
export class Losses {
  readonly #announced: readonly (Deletion & { readonly sinceMs: number })[];
  readonly #missing: Missing[] = [];

  /** @param gaps - of all workers. */
  constructor(deletions: readonly Deletion[], gaps: readonly Gap[]) {
    this.#announced = deletions.flatMap((deletion) => {
      const gap = announcementOf(deletion, gaps);
      return gap === undefined ? [] : [{ ...deletion, sinceMs: gap.sinceMs }];
    });
  }

  add(each: Published, whys: readonly string[]): void {
    this.#missing.push({ each, whys });
  }

  /** In job messages. */
  judged(): { lost: number; announced: number; breaches: readonly string[] } {
    let left = this.#missing;
    let announced = 0;
    for (const deletion of this.#announced) {
      const within = left.filter(({ each }) => each.sentAtMs >= deletion.sinceMs);
      const before = within.filter(({ each }) => each.confirmedAtMs < deletion.fromMs);
      const arriving = within.filter(
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
