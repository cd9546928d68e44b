import { aptCandidate, aptInstall, whyNoApt } from "./apt.ts";
import { findProgram } from "./run-command.ts";
import { ServerMissing, wordsOf } from "./server-missing.ts";

/**
 * Debian's packages, and the names of their programs. The first is headless Chromium: it renders the same pages, and needs little
 * more than half of the processor time.
 */
const PROGRAMS = ["chromium-headless-shell", "chromium"] as const;

export interface FoundChromium {
  readonly name: string;
  readonly path: string;
}

/**
 * Returns a Chromium: `CHROMIUM` if that is set, otherwise one that is on this machine, otherwise one of Debian's packages, which apt
 * installs if this process runs as root.
 * @throws ServerMissing if there is none and none can be installed.
 */
export async function findChromium(): Promise<FoundChromium> {
  const named = process.env["CHROMIUM"];
  if (named !== undefined && named !== "") return { name: "chromium", path: named };
  return (await findHere()) ?? install();
}

async function findHere(): Promise<FoundChromium | null> {
  for (const name of PROGRAMS) {
    const path = await findProgram(name);
    if (path !== null) return { name, path };
  }
  return null;
}

async function install(): Promise<FoundChromium> {
  const fix = `install Debian's package ${PROGRAMS.join(" or ")}, or name a Chromium's program by CHROMIUM`;
  const obstacle = await whyNoApt();
  if (obstacle !== null) throw new ServerMissing("Chromium", obstacle, fix);
  const [small, usual] = PROGRAMS;
  // Older distributions have only the usual one.
  const chosen = (await aptCandidate(small)) === null ? usual : small;
  await aptInstall(chosen).catch((error: unknown) => {
    throw new ServerMissing("Chromium", `apt could not install it: ${wordsOf(error)}`, fix);
  });
  const found = await findHere();
  if (found === null) throw new Error(`Debian's ${chosen} is installed, and has no program of that name`);
  return found;
}
