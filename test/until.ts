import { setTimeout as wait } from "node:timers/promises";

const POLL_MS = 10;
const LIMIT_MS = 150_000;

/**
 * Calls a function repeatedly until it returns a result.
 * @param what - a description of the result; the default is the code of `ask`.
 * @returns the first result that is not `false`, `null` or `undefined`.
 * @throws an error that names the missing result, so that a test fails with more than its time limit.
 */
export async function until<T>(
  ask: () => T | Promise<T>,
  what = String(ask),
  limitMs = LIMIT_MS,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (isThere(answer)) return answer;
    if (performance.now() > deadline) throw new Error(`not within ${limitMs} ms: ${what}`);
    await wait(POLL_MS);
  }
}

/** Calls a function repeatedly until it returns the expected result, and returns that. */
export async function untilAnswer<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  const { answer } = await until(async () => {
    const answer = await ask();
    return isWanted(answer) && { answer };
  }, `${ask}, and then ${isWanted}`);
  return answer;
}

function isThere<T>(answer: T): answer is Exclude<T, false | null | undefined> {
  return answer !== false && answer !== null && answer !== undefined;
}
