/**
 * What a promise gives, unless it takes longer than the limit.
 *
 * @param late - gives the result after the limit; it may throw. What the promise does after that is ignored.
 */
export async function withDeadline<T>(
  promise: Promise<T>,
  limitMs: number,
  late: () => T | Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<T>((resolve, reject) => {
    timer = setTimeout(() => {
      // A rejection that comes after the limit must not count as unhandled.
      promise.catch(() => undefined);
      try {
        resolve(late());
      } catch (error) {
        reject(error);
      }
    }, limitMs);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
