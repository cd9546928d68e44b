import { Unavailable } from "../../domain/faults.ts";
import type { Around } from "./wrap-calls.ts";

const once: Around = async (call) => call();

/**
 * Guards an adapter's calls: the driver's errors are translated, and after the store has been closed every call throws
 * `Unavailable`.
 *
 * @param meaningOf - translates a driver's error into the one to throw.
 * @param attempt - makes the call, once or several times.
 */
export function createGuard(meaningOf: (error: unknown) => unknown, attempt: Around = once) {
  let isOpen = true;

  const guard: Around = async (call) => {
    try {
      return await attempt(() => {
        if (!isOpen) throw new Unavailable("store", "it has been closed");
        return call();
      });
    } catch (error) {
      throw meaningOf(error);
    }
  };

  /** Refuses all further calls. Returns true the first time: then the caller must close the connection. */
  function end(): boolean {
    const wasOpen = isOpen;
    isOpen = false;
    return wasOpen;
  }

  return { guard, end };
}
