import { constants, setPriority } from "node:os";

/**
 * Puts the calling thread behind the main loop wherever both want the processor: however many logs are parsed, messages
 * are stored first. On Linux alone, where a priority is a thread's; elsewhere it would be the whole process's.
 */
export function giveWay(): void {
  if (process.platform === "linux") setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
}
