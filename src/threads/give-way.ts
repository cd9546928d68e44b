import { constants, setPriority } from "node:os";

/**
 * Lowers the priority of the calling thread below the main thread, so that messages are stored first, however many logs are
 * parsed. Only on Linux does this set the priority of a thread; elsewhere it would be that of the whole process.
 */
export function giveWay(): void {
  if (process.platform === "linux") setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
}
