import { startDaemon } from "../daemon.ts";
import { createLog } from "../log.ts";
import { readSettings, settingNames } from "../settings.ts";
import { exitCodes } from "./program.ts";

/**
 * Runs the worker until SIGTERM or SIGINT; a second signal exits at once.
 *
 * @returns exit code 0 after a clean shutdown.
 * @throws Misuse for broken settings or a broken registry, before anything is started.
 */
export async function start(env: NodeJS.ProcessEnv): Promise<number> {
  const settings = readSettings(env, settingNames);
  const log = createLog(settings.LOG_LEVEL);
  const daemon = await startDaemon(settings, log);
  const signal = await new Promise<string>((resolve) => {
    const received = (signal: string): void => {
      process.once("SIGTERM", () => process.exit(exitCodes.failed));
      process.once("SIGINT", () => process.exit(exitCodes.failed));
      resolve(signal);
    };
    process.once("SIGTERM", received);
    process.once("SIGINT", received);
  });
  log.info("stopping", { signal });
  await daemon.stop();
  return exitCodes.ok;
}
