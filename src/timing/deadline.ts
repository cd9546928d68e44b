/**
 * Returns the result of a promise, or that of `late` if the promise takes longer than the limit.
 *
 * @param late - returns the result after the limit, or throws. What the promise does later is ignored.
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
    // `Promise.race` handles both promises to the end, so that a rejection after the limit does not count as unhandled.
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
