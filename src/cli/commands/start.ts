import { setFlagsFromString } from "node:v8";
import { settingNames } from "../../config/settings.ts";
import { createLog } from "../../log.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { readConfiguration } from "../options/read-configuration.ts";
import { stopOnSignal } from "../options/stop-on-signal.ts";
import { endWithOutput, goOnWithoutLog } from "../output/broken-output.ts";

/**
 * How much the heap may grow between two full collections, in per cent of what is in use. By default V8 lets a small heap grow fourfold,
 * so that most of a busy worker's memory is garbage. V8 reads this flag before each full collection.
 */
const HEAP_GROWTH_PERCENT = 150;

/**
 * `start`: runs the worker until SIGTERM or SIGINT. A second signal ends the process at once. SIGHUP makes it read the
 * registry and the tiers again.
 *
 * @returns exit code 0 after a clean shutdown.
 * @throws Misuse for invalid settings or an invalid registry, before anything is started.
 */
export async function start(env: NodeJS.ProcessEnv): Promise<number> {
  // First of all, because a signal that nobody listens to ends the process. A supervisor takes its end by SIGHUP as intended.
  const stop = stopOnSignal();
  let reread = (): void => undefined;
  process.on("SIGHUP", () => reread());
  const { settings } = await readConfiguration(env, settingNames);
  process.stdout.off("error", endWithOutput).on("error", goOnWithoutLog);
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
  // Loaded only here, so that the other commands start faster without the worker's libraries.
  const { runDaemon } = await import("../../worker/daemon.ts");
  await runDaemon(settings, createLog(settings.LOG_LEVEL), stop.signal, (given) => {
    reread = given;
  });
  return exitCodes.ok;
}
