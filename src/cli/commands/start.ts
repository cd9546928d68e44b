import { setFlagsFromString } from "node:v8";
import { settingNames } from "../../config/settings.ts";
import { createLog } from "../../log.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { readConfiguration } from "../options/read-configuration.ts";
import { stopOnSignal } from "../options/stop-on-signal.ts";
import { continueWithoutLog, endWithOutput } from "../output/broken-output.ts";

/**
 * How much the heap may grow before the next full garbage collection, in per cent of its size after the last one: with 150, to two
 * and a half times that size. By default V8 lets a small heap become four times as large, so that most of a busy worker's memory is
 * garbage. V8 reads this flag before each full collection.
 */
const HEAP_GROWTH_PERCENT = 150;

/**
 * `start`: runs the worker until SIGTERM or SIGINT. A second signal ends the process immediately. On SIGHUP, the worker reads the
 * registry and the tiers again.
 *
 * @returns exit code 0 after a clean shutdown.
 * @throws Misuse for invalid settings or an invalid registry, before anything is started.
 */
export async function start(env: NodeJS.ProcessEnv): Promise<number> {
  // The listeners are added first, because a signal without a listener ends the process. systemd treats an end by SIGHUP as intended,
  // and with `Restart=on-failure` it would not restart the worker.
  const stop = stopOnSignal();
  let reread = (): void => undefined;
  process.on("SIGHUP", () => reread());
  const { settings } = await readConfiguration(env, settingNames);
  process.stdout.off("error", endWithOutput).on("error", continueWithoutLog);
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
  // Loaded only here, so that the other commands start faster without the worker's libraries.
  const { runDaemon } = await import("../../worker/daemon.ts");
  await runDaemon(settings, createLog(settings.LOG_LEVEL), stop.signal, (given) => {
    reread = given;
  });
  return exitCodes.ok;
}
