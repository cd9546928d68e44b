import { exitCodes } from "../options/exit-codes.ts";
import { tell } from "./print.ts";

/** Handles a write error on a command's output, e.g. a full disk: reports it and ends the process. */
export function endWithOutput(error: NodeJS.ErrnoException): void {
  // EPIPE means that the reader has closed the pipe, as `| head` does. That is normal, and not reported.
  if (error.code !== "EPIPE") tell(`error: the output cannot be written: ${error.message}`);
  process.exit(exitCodes.failed);
}

/** Handles a write error on the worker's log: the worker continues without a log until writing works again. */
export function continueWithoutLog(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(exitCodes.failed);
}
