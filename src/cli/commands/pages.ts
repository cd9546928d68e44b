import { readSettings } from "../../config/read-settings.ts";
import { settingNames } from "../../config/settings.ts";
import { Misuse } from "../../domain/faults.ts";
import { createLog } from "../../log.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { stopOnSignal } from "../options/stop-on-signal.ts";
import { isStoreThere } from "../options/with-store.ts";
import { continueWithoutLog, endWithOutput } from "../output/broken-output.ts";

/**
 * `pages`: serves the web pages without a worker until SIGTERM or SIGINT. It needs the store, and no broker.
 *
 * @throws Misuse for invalid settings, or if there is no store.
 */
export async function pages(env: NodeJS.ProcessEnv): Promise<number> {
  // `readSettings` requires a broker address only if it is asked for AMQP_URL and AMQP_URL_FILE together.
  const settings = readSettings(
    env,
    settingNames.filter((name) => name !== "AMQP_URL_FILE"),
  );
  if (!(await isStoreThere(settings))) {
    throw new Misuse([`there is no store in ${settings.DATA_DIR}; see DATA_DIR and MONGODB_URL`]);
  }
  process.stdout.off("error", endWithOutput).on("error", continueWithoutLog);
  const stop = stopOnSignal();
  // Loaded only here, so that the other commands start faster.
  const { runPages } = await import("../../worker/run-pages.ts");
  await runPages(settings, createLog(settings.LOG_LEVEL), stop.signal);
  return exitCodes.ok;
}
