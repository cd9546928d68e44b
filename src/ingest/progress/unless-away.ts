import { Unavailable } from "../../domain/faults.ts";

/** Does work with a patient store. Returns null if the store stayed away. @throws other errors of the work. */
export async function unlessAway<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Unavailable) return null;
    throw error;
  }
}
