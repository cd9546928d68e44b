import { aptInstall, whyNoApt } from "./apt.ts";
import { findProgram } from "./run-command.ts";
import { ServerMissing, wordsOf } from "./server-missing.ts";

/** Debian's package, and the name of its program. */
const CHROMIUM = "chromium";

/**
 * Returns the path of Chromium: `CHROMIUM` if that is set, otherwise `chromium` on this machine, otherwise Debian's package, installed
 * by apt, as root.
 *
 * @throws ServerMissing if it is not here and cannot be installed.
 */
export async function findChromium(): Promise<{ readonly name: string; readonly path: string }> {
  const named = process.env["CHROMIUM"];
  if (named !== undefined && named !== "") return { name: CHROMIUM, path: named };
  const path = (await findProgram(CHROMIUM)) ?? (await install());
  return { name: CHROMIUM, path };
}

async function install(): Promise<string> {
  const mend = `install Debian's package ${CHROMIUM}, or name a Chromium's program by CHROMIUM`;
  const obstacle = await whyNoApt();
  if (obstacle !== null) throw new ServerMissing("Chromium", obstacle, mend);
  await aptInstall(CHROMIUM).catch((error: unknown) => {
    throw new ServerMissing("Chromium", `apt could not install it: ${wordsOf(error)}`, mend);
  });
  const path = await findProgram(CHROMIUM);
  if (path === null) throw new Error(`Debian's ${CHROMIUM} is installed, and has no program of that name`);
  return path;
}
