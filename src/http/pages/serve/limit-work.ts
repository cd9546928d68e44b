/** Lets only a few pieces of work run at once. */
export interface WorkLimit {
  /** Runs the work when there is room. @returns null, and does nothing, if too many are waiting already. */
  run<T>(work: () => Promise<T>): Promise<T> | null;
}

/**
 * @param atOnce - how many pieces of work run at once.
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
    // The place goes to the next one, so nobody can come between.
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
