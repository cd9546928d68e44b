import { Unavailable } from "../../domain/faults.ts";

/** Does work with a patient store, and returns its result, or null if the store stayed away. @throws all other errors of the work. */
export async function unlessAway<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Unavailable) return null;
    throw error;
  }
}
