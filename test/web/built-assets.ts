import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const script = fileURLToPath(new URL("../../build/assets.mjs", import.meta.url));

export interface BuiltAssets {
  readonly folder: string;
  /** Deletes the folder, unless other files use it too. */
  remove(): Promise<void>;
}

/**
 * Bundles scripts and styles from the current sources. All test files of one run of jest share the bundles, because compressing them
 * takes longer than most tests.
 */
export async function buildAssets(): Promise<BuiltAssets> {
  // Only a run of jest has a temporary folder of its own.
  const isRun = process.env["PULSE_TEST_SERVERS"] !== undefined;
  const shared = { folder: join(tmpdir(), "page-assets"), remove: async () => undefined };
  if (isRun && existsSync(shared.folder)) return shared;
  const folder = await mkdtemp(join(tmpdir(), "pulse-ingest-assets-"));
  await promisify(execFile)(process.execPath, [script, folder]);
  const remove = () => rm(folder, { recursive: true, force: true });
  if (!isRun) return { folder, remove };
  // Another test file may have been faster.
  await rename(folder, shared.folder).catch(remove);
  return shared;
}
