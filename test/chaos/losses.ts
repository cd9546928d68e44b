import type { Published } from "./law.ts";

/** A queue that was deleted by force. Times are in milliseconds since the epoch. */
export interface Deletion {
  readonly fromMs: number;
  readonly toMs: number;
  /** Messages that no worker had received and that the queue held, by the broker's count. */
  readonly held: number;
}

/** A worker's report that the queue was lost. Times are in milliseconds since the epoch. */
export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
  /** The earliest time at which its messages were published. */
  readonly sinceMs: number;
}

/** The longest time until a worker notices that the queue is lost, in milliseconds. */
const NOTICED_MS = 5000;

/** A worker's report of this loss, if there is one. */
function announcementOf({ toMs }: Deletion, gaps: readonly Gap[]): Gap | undefined {
  return gaps.find((gap) => gap.fromMs <= toMs + NOTICED_MS && gap.toMs >= toMs);
}

interface Missing {
  readonly each: Published;
  readonly whys: readonly string[];
}

/**
 * Counts messages without their effect. A queue that is deleted by force loses the messages that the broker counted, and those
 * on their way into it, all published within the bounds that a worker reported. All other messages were lost for another reason.
 */
export class Losses {
  readonly #announced: readonly (Deletion & { readonly sinceMs: number })[];
  readonly #missing: Missing[] = [];

  /** @param gaps - the reports of all workers. */
  constructor(deletions: readonly Deletion[], gaps: readonly Gap[]) {
    this.#announced = deletions.flatMap((deletion) => {
      const gap = announcementOf(deletion, gaps);
      return gap === undefined ? [] : [{ ...deletion, sinceMs: gap.sinceMs }];
    });
  }

  add(each: Published, whys: readonly string[]): void {
    this.#missing.push({ each, whys });
  }

  /** Returns the numbers of job messages, and the breaches. */
  judged(): { lost: number; announced: number; breaches: readonly string[] } {
    let left = this.#missing;
    let announced = 0;
    for (const deletion of this.#announced) {
      // A posted item was never in a queue.
      const within = left.filter(({ each }) => each.way === "pulse" && each.sentAtMs >= deletion.sinceMs);
      const before = within.filter(({ each }) => each.confirmedAtMs < deletion.fromMs);
      const arriving = within.filter(
        ({ each }) => each.sentAtMs <= deletion.toMs && each.confirmedAtMs >= deletion.fromMs,
      );
      // The newest messages, because a queue holds those that arrived last.
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
