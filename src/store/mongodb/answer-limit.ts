import { Unavailable } from "../../domain/faults.ts";

/** Twice as long as the driver waits on a socket for any one answer. */
const ANSWER_LIMIT_MS = 60_000;

/**
 * The question with a limit: the driver may wait for ever where a connection breaks off just as it writes to it. What
 * is given up may still go through, as everything whose reply is lost may; each question can be asked again.
 *
 * @throws Unavailable after the limit.
 */
export function withinLimit<A extends readonly unknown[], R>(
  ask: (...args: A) => Promise<R>,
  limitMs = ANSWER_LIMIT_MS,
): (...args: A) => Promise<R> {
  return async (...args) => {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Unavailable("store", "it does not answer")), limitMs);
    });
    const answer = ask(...args);
    // Whatever becomes of it after the limit is of no interest.
    answer.catch(() => undefined);
    try {
      return await Promise.race([answer, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  };
}
