// How the builds write their results. Plain JavaScript, like the builds that use it.
import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

/** The end of the names of the folders that builds fill. They are deleted when the build ends, however it ends, unless it is killed. */
const ENDING = ".building";

/**
 * Replaces the files of a folder. The new ones are written into a folder beside it, and then each is renamed to its place, so that
 * another build of the same checkout, and a program that runs from the folder, find only complete files, and none is ever missing.
 *
 * @param write - writes the files into the folder that it gets, without subfolders. The folder is at the same depth as the final one,
 *   because source maps contain relative paths. If it throws, nothing is replaced.
 * @param kept - names in the folder that stay, although they were not written.
 */
export async function replaceFiles(folder, write, kept = []) {
  const aside = `${resolve(folder)}.${process.pid}${ENDING}`;
  const remove = () => rmSync(aside, { recursive: true, force: true });
  process.once("exit", remove);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  mkdirSync(aside, { recursive: true });
  const result = await write(aside);
  const names = readdirSync(aside);
  mkdirSync(folder, { recursive: true });
  const old = readdirSync(folder).filter(
    (name) => !names.includes(name) && !kept.includes(name) && !name.endsWith(ENDING),
  );
  for (const name of names) renameSync(join(aside, name), join(folder, name));
  for (const name of old) rmSync(join(folder, name), { recursive: true, force: true });
  return result;
}
