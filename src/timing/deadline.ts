/**
 * Returns what a promise gives, unless that takes longer than the limit.
 *
 * @param late - gives the result after the limit, or throws. What the promise does after that is ignored.
 */
export async function withDeadline<T>(promise: Promise<T>, limitMs: number, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<T>((resolve, reject) => {
    timer = setTimeout(() => {
      try {
        resolve(late());
      } catch (error) {
        reject(error);
      }
    }, limitMs);
  });
  try {
    // The race listens to both to the end, so that a rejection after the limit does not count as unhandled.
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
