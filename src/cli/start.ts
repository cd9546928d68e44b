import { createLog } from "../log.ts";
import { settingNames } from "../settings.ts";
import { endWithOutput, goOnWithoutLog } from "./broken-output.ts";
import { exitCodes } from "./program.ts";
import { readConfiguration } from "./read-configuration.ts";
import { stopOnSignal } from "./stop-on-signal.ts";

/**
 * Runs the worker until SIGTERM or SIGINT; a second signal exits at once. SIGHUP: registry and tiers are read again.
 *
 * @returns exit code 0 after a clean shutdown.
 * @throws Misuse for broken settings or a broken registry, before anything is started.
 */
export async function start(env: NodeJS.ProcessEnv): Promise<number> {
  const { settings } = await readConfiguration(env, settingNames);
  process.stdout.off("error", endWithOutput).on("error", goOnWithoutLog);
  const stop = stopOnSignal();
  // Loaded here only: the other commands start sooner without the worker's libraries.
  const { runDaemon } = await import("../daemon.ts");
  await runDaemon(settings, createLog(settings.LOG_LEVEL), stop.signal, (reread) => {
    process.on("SIGHUP", reread);
  });
  return exitCodes.ok;
}
