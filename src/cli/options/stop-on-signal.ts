import { exitCodes } from "./exit-codes.ts";

/** npm forwards a Ctrl-C that the terminal has already sent to us. Two signals within this time count as one. */
const SAME_SIGNAL_MS = 500;

/** Returns a controller that the first SIGTERM or SIGINT aborts. A second signal ends the process at once. */
export function stopOnSignal(): AbortController {
  const stop = new AbortController();
  let firstAtMs: number | null = null;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      firstAtMs ??= performance.now();
      if (performance.now() - firstAtMs > SAME_SIGNAL_MS) process.exit(exitCodes.failed);
      stop.abort();
    });
  }
  return stop;
}
