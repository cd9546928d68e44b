import { Unavailable } from "../../domain/faults.ts";

/** How a question is put: once, or again where it may be. */
export type Put = <T>(question: () => T | Promise<T>) => Promise<T>;

const once: Put = async (question) => question();

/**
 * What stands in front of an adapter's methods: a driver's error comes out as what it means, and once the store has
 * been closed every question is answered by `Unavailable`.
 *
 * @param meaningOf - the error to throw in the place of a driver's.
 */
export function createAsking(meaningOf: (error: unknown) => unknown, put: Put = once) {
  let isOpen = true;

  function asked<A extends readonly unknown[], R>(work: (...args: A) => R | Promise<R>) {
    return async (...args: A): Promise<R> => {
      try {
        return await put(() => {
          if (!isOpen) throw new Unavailable("store", "it has been closed");
          return work(...args);
        });
      } catch (error) {
        throw meaningOf(error);
      }
    };
  }

  /** True the first time: then the connection is to be closed. */
  function end(): boolean {
    const wasOpen = isOpen;
    isOpen = false;
    return wasOpen;
  }

  return { asked, end };
}
