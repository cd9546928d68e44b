import { settingNames } from "../../config/settings.ts";
import { createLog } from "../../log.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { readConfiguration } from "../options/read-configuration.ts";
import { stopOnSignal } from "../options/stop-on-signal.ts";
import { endWithOutput, goOnWithoutLog } from "../output/broken-output.ts";

/**
 * `start`: runs the worker until SIGTERM or SIGINT. A second signal ends the process at once. SIGHUP makes it read the
 * registry and the tiers again.
 *
 * @returns exit code 0 after a clean shutdown.
 * @throws Misuse for invalid settings or an invalid registry, before anything is started.
 */
export async function start(env: NodeJS.ProcessEnv): Promise<number> {
  const { settings } = await readConfiguration(env, settingNames);
  process.stdout.off("error", endWithOutput).on("error", goOnWithoutLog);
  const stop = stopOnSignal();
  // Loaded only here, so that the other commands start faster without the worker's libraries.
  const { runDaemon } = await import("../../worker/daemon.ts");
  await runDaemon(settings, createLog(settings.LOG_LEVEL), stop.signal, (reread) => {
    process.on("SIGHUP", reread);
  });
  return exitCodes.ok;
}
