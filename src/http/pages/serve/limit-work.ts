/** Limits how many pieces of work run at the same time. */
export interface WorkLimit {
  /** Runs the work as soon as the limit allows. @returns null, and does nothing, if too many are already waiting. */
  run<T>(work: () => Promise<T>): Promise<T> | null;
}

/**
 * Creates a limit on work that runs at the same time.
 *
 * @param atOnce - how many pieces of work run at the same time.
 * @param waiting - how many more may wait for their turn, first come, first served.
 */
export function limitWork({
  atOnce,
  waiting,
}: {
  readonly atOnce: number;
  readonly waiting: number;
}): WorkLimit {
  let running = 0;
  const queue: (() => void)[] = [];

  async function take(): Promise<void> {
    if (running < atOnce) running++;
    else await new Promise<void>((resolve) => queue.push(resolve));
  }

  function giveBack(): void {
    const next = queue.shift();
    // The place passes directly to the next one in the queue, so no newer work can take it.
    if (next === undefined) running--;
    else next();
  }

  async function runInTurn<T>(work: () => Promise<T>): Promise<T> {
    await take();
    try {
      return await work();
    } finally {
      giveBack();
    }
  }

  return {
    run: (work) => (running >= atOnce && queue.length >= waiting ? null : runInTurn(work)),
  };
}
