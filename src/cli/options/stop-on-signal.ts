import { exitCodes } from "./exit-codes.ts";

/** npm forwards a Ctrl-C that the terminal has already sent to us. Two signals within this time count as one. */
const SAME_SIGNAL_MS = 500;

const signals = ["SIGTERM", "SIGINT"] as const;

/** Returns a controller that the first SIGTERM or SIGINT aborts. A second signal ends the process immediately. */
export function stopOnSignal(): AbortController {
  const stop = new AbortController();
  listen(stop);
  return stop;
}

/** Does some work with an `AbortSignal` that the first SIGTERM or SIGINT aborts. The listeners are removed when the work ends. */
export async function untilSignal<T>(work: (stop: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const listener = listen(stop);
  try {
    return await work(stop.signal);
  } finally {
    for (const signal of signals) process.off(signal, listener);
  }
}

function listen(stop: AbortController): () => void {
  let firstAtMs: number | null = null;
  const listener = (): void => {
    firstAtMs ??= performance.now();
    if (performance.now() - firstAtMs > SAME_SIGNAL_MS) process.exit(exitCodes.failed);
    stop.abort();
  };
  for (const signal of signals) process.on(signal, listener);
  return listener;
}
