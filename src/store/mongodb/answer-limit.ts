import { Unavailable } from "../../domain/faults.ts";
import { withDeadline } from "../../timing/deadline.ts";

/** Twice as long as the driver waits on a socket for any one answer. */
const ANSWER_LIMIT_MS = 60_000;

/**
 * Makes the call, and waits for its answer no longer than the limit. The driver may wait forever if a connection breaks just
 * as it writes to it. A call that timed out may still go through, like every call whose reply is lost.
 *
 * @throws Unavailable after the limit.
 */
export async function withinLimit<R>(
  call: () => R | Promise<R>,
  limitMs = ANSWER_LIMIT_MS,
): Promise<Awaited<R>> {
  return withDeadline(Promise.resolve(call()), limitMs, () => {
    throw new Unavailable("store", "it does not answer");
  });
}
