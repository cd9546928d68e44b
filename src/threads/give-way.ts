import { constants, getPriority, setPriority } from "node:os";

/** The lowest priority that the system knows. */
const LEAST = constants.priority.PRIORITY_LOW;

/**
 * Lowers the priority of the calling thread below that of the main thread, so that messages are stored first, however many logs
 * are being parsed. Does nothing on systems other than Linux, where it would change the priority of the whole process.
 */
export function giveWay(): void {
  if (process.platform !== "linux") return;
  // The worker itself may have been started with a low priority, so the sum may be too large.
  setPriority(Math.min(getPriority() + constants.priority.PRIORITY_BELOW_NORMAL, LEAST));
}
