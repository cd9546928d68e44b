// The packages that are part of a bundle, and their licences. Plain JavaScript, like the builds that use it.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Returns the folders of the packages that some input files belong to, sorted. A package may lie in the folder of another one. */
export function packagesOf(inputs) {
  const folders = inputs.map(
    (path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? null,
  );
  return [...new Set(folders.filter((folder) => folder !== null))].sort();
}

/**
 * Writes `licences.txt` with the licence of each package.
 *
 * @param packages - their folders, below the project's.
 */
export function writeLicences(folder, project, packages) {
  const notices = packages.map((each) => {
    const place = join(project, each);
    const { name, version, license } = JSON.parse(readFileSync(join(place, "package.json"), "utf8"));
    const file = readdirSync(place).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? "" : readFileSync(join(place, file), "utf8").trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  writeFileSync(join(folder, "licences.txt"), notices.join(`\n${"-".repeat(78)}\n\n`));
}
