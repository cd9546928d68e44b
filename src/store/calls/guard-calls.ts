import { Unavailable } from "../../domain/faults.ts";
import type { Around } from "./wrap-calls.ts";

const once: Around = async (call) => call();

/**
 * Guards an adapter's calls: translates the driver's errors, and lets every call throw `Unavailable` once the store has been
 * closed.
 *
 * @param meaningOf - translates a driver's error into the error to throw.
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

  /** Refuses all further calls. Returns true the first time; the caller must then close the connection. */
  function end(): boolean {
    const wasOpen = isOpen;
    isOpen = false;
    return wasOpen;
  }

  return { guard, end };
}
