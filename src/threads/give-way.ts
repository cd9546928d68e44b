import { constants, getPriority, setPriority } from "node:os";

/** The lowest priority that the system knows. */
const LEAST = constants.priority.PRIORITY_LOW;

/**
 * Lowers the priority of the calling thread below the main thread, so that messages are stored first, however many logs are
 * parsed. The worker itself may have been started with a low priority. Only on Linux does this set the priority of a thread;
 * elsewhere it would be that of the whole process.
 */
export function giveWay(): void {
  if (process.platform !== "linux") return;
  setPriority(Math.min(getPriority() + constants.priority.PRIORITY_BELOW_NORMAL, LEAST));
}
