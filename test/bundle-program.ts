import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as z from "zod";

const project = fileURLToPath(new URL("..", import.meta.url));
const { dependencies } = z
  .object({ dependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(project, "package.json"), "utf8")));

/**
 * Bundles a program of `test/` with what it imports from `src/`, as the build does with the real program, so that a process or a thread
 * can run it directly. Loading TypeScript would take a second at each start. The bundle finds the package's files and threads where
 * the real program does; the threads must have been built.
 * @param path - below `test/`, such as `doubles/spool-taker.mjs`.
 * @returns the path of the bundle.
 */
export function bundleProgram(path: string): string {
  // Below `node_modules`, so that packages that are not part of a bundle can be resolved.
  const folder = join(project, "node_modules/.cache/pulse-ingest");
  const bundle = join(folder, basename(path));
  // Another test file may be using the same program now.
  const aside = `${bundle}.${process.pid}`;
  mkdirSync(folder, { recursive: true });
  const place = JSON.stringify(pathToFileURL(join(project, "dist", basename(path))).href);
  execFileSync(join(project, "node_modules/.bin/esbuild"), [
    join(project, "test", path),
    ...["--bundle", "--format=esm", "--platform=node", "--log-level=warning", `--outfile=${aside}`],
    `--define:import.meta.url=${place}`,
    `--banner:js=import { createRequire } from "node:module"; const require = createRequire(${place});`,
    ...Object.keys(dependencies).map((each) => `--external:${each}`),
  ]);
  renameSync(aside, bundle);
  return bundle;
}
