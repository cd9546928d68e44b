/** Python with publishers' libraries from PyPI, in a virtual environment that is kept in the cache. */
import { join } from "node:path";
import { aptInstall, whyNoApt } from "./apt.ts";
import { madeOnce, recipeHash } from "./cache.ts";
import { findProgram, lastLines, runCommand, say } from "./run-command.ts";
import { ServerMissing, wordsOf } from "./server-missing.ts";

/** All installed packages with their versions, so that every run has the same. */
const packages = ["MozillaPulse==1.3", "kombu==5.7.0", "amqp==5.4.2", "vine==5.1.0", "pytz==2026.6"];
const clients = "MozillaPulse 1.3 and kombu 5.7";

export interface PythonClients {
  readonly name: string;
  /** Runs a Python program with these arguments. @throws Error with its last output if it fails. */
  run(program: string, args: readonly string[]): Promise<string>;
}

/**
 * Returns the environment. Making it takes some seconds, once.
 *
 * @throws ServerMissing if there is no Python that can make one, or if pip cannot install the libraries.
 */
export async function findPythonClients(): Promise<PythonClients> {
  const python = await findPython();
  const version = (await runCommand(python, ["--version"])).trim();
  const folder = await madeOnce(`python-clients-${recipeHash([packages, version])}`, async (path) => {
    say(`installing ${clients} from PyPI`);
    await runCommand(python, ["-m", "venv", path]);
    // Nothing is built here, because each package has a wheel.
    const options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"];
    await runCommand(join(path, "bin/python"), ["-m", "pip", "install", ...options, ...packages]).catch(
      (error: unknown) => {
        const why = `pip could not install it (${lastLines(wordsOf(error), 1)})`;
        throw new ServerMissing(clients, why, "let this machine reach PyPI, or set pip's index");
      },
    );
  });
  return {
    name: clients,
    run: (program, args) => runCommand(join(folder, "bin/python"), [program, ...args]),
  };
}

/** Returns a Python 3 that can make virtual environments: this machine's, or otherwise Debian's, which is installed. */
async function findPython(): Promise<string> {
  const found = await findProgram("python3");
  if (found !== null && (await canMakeEnvironments(found))) return found;
  const why = await whyNoApt();
  if (why !== null) {
    throw new ServerMissing(clients, `no Python 3 with venv, and ${why}`, "install python3-venv");
  }
  await aptInstall("python3-venv");
  // Debian's own Python, even if another one comes first on the PATH.
  return "/usr/bin/python3";
}

/** Debian's Python without the package python3-venv lacks the second module. */
async function canMakeEnvironments(python: string): Promise<boolean> {
  return runCommand(python, ["-c", "import venv, ensurepip"]).then(
    () => true,
    () => false,
  );
}
