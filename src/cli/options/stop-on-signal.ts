import { exitCodes } from "./exit-codes.ts";

/** npm hands on the Ctrl-C that the terminal has sent already: within this time the two are one. */
const SAME_SIGNAL_MS = 500;

/** Aborted by the first SIGTERM or SIGINT; a second one ends the process at once. */
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
