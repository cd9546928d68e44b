import { exitCodes } from "../options/exit-codes.ts";
import { tell } from "./print.ts";

/** A command's output cannot be written, e.g. since the disk is full: that is told, and the process ends. */
export function endWithOutput(error: NodeJS.ErrnoException): void {
  // Whoever read it has seen enough (`| head`): there is nobody left to say anything to.
  if (error.code !== "EPIPE") tell(`error: the output cannot be written: ${error.message}`);
  process.exit(exitCodes.failed);
}

/** The worker's: it goes on without a log until the disk has room again. Its work matters more. */
export function goOnWithoutLog(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(exitCodes.failed);
}
