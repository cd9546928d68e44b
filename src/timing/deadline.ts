/**
 * Returns the result of a promise, or the result of `late` if the promise takes longer than the limit. A later result or rejection of
 * the promise is ignored.
 *
 * @param late - called after the limit. It returns the result, or throws.
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
    // `Promise.race` attaches handlers to both promises, so a rejection after the limit is not reported as unhandled.
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
