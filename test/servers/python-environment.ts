import { join } from "node:path";
import { aptInstall, whyNoApt } from "./apt.ts";
import { madeOnce, recipeHash } from "./cache.ts";
import { findProgram, lastLines, runCommand, say } from "./run-command.ts";
import { ServerMissing, wordsOf } from "./server-missing.ts";

/** The packages to install into a virtual environment, with all dependencies, so that every run has the same ones. */
export interface PythonRecipe {
  /** A description of the important libraries, with their versions. */
  readonly name: string;
  /** The beginning of the folder's name in the cache. */
  readonly folder: string;
  /** Packages, with versions, that have wheels. */
  readonly wheels: readonly string[];
  /** Packages, with versions, that have only a source archive. Their wheels are built here, by the setuptools of `wheels`. */
  readonly sources?: readonly string[];
}

/** A Python with libraries from PyPI. */
export interface PythonEnvironment {
  readonly name: string;
  /** Runs a Python program with these arguments, and returns what it prints. @throws Error with its last output if it fails. */
  run(program: string, args: readonly string[]): Promise<string>;
}

/**
 * Returns a virtual environment that is kept in the cache. Making it takes some seconds, once.
 *
 * @throws ServerMissing if there is no Python that can make one, or if pip cannot install the libraries.
 */
export async function findPythonEnvironment(recipe: PythonRecipe): Promise<PythonEnvironment> {
  const { name, wheels, sources = [] } = recipe;
  const python = await findPython(name);
  const version = (await runCommand(python, ["--version"])).trim();
  const hash = recipeHash([wheels, sources, version]);
  const folder = await madeOnce(`${recipe.folder}-${hash}`, async (path) => {
    say(`installing ${name} from PyPI`);
    await runCommand(python, ["-m", "venv", path]);
    await install(path, name, ["--only-binary", ":all:", ...wheels]);
    if (sources.length > 0) await install(path, name, ["--no-build-isolation", ...sources]);
  });
  return { name, run: (program, args) => runCommand(join(folder, "bin/python"), [program, ...args]) };
}

async function install(path: string, name: string, args: readonly string[]): Promise<void> {
  const options = ["--quiet", "--disable-pip-version-check", "--no-deps"];
  await runCommand(join(path, "bin/python"), ["-m", "pip", "install", ...options, ...args]).catch(
    (error: unknown) => {
      const why = `pip could not install it (${lastLines(wordsOf(error), 1)})`;
      throw new ServerMissing(name, why, "let this machine reach PyPI, or set pip's index");
    },
  );
}

/** Returns a Python 3 that can make virtual environments: this machine's if it can, otherwise Debian's, which is installed first. */
async function findPython(name: string): Promise<string> {
  const found = await findProgram("python3");
  if (found !== null && (await canMakeEnvironments(found))) return found;
  const why = await whyNoApt();
  if (why !== null) {
    throw new ServerMissing(name, `no Python 3 with venv, and ${why}`, "install python3-venv");
  }
  await aptInstall("python3-venv");
  // Debian's own Python, even if another one is earlier on the PATH.
  return "/usr/bin/python3";
}

/** Debian's Python without the package python3-venv lacks the second module. */
async function canMakeEnvironments(python: string): Promise<boolean> {
  return runCommand(python, ["-c", "import venv, ensurepip"]).then(
    () => true,
    () => false,
  );
}
