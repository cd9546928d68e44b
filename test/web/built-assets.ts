import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const script = fileURLToPath(new URL("../../build/assets.mjs", import.meta.url));

/** Bundles scripts and styles from the sources as they are now. @returns the folder, and a function that deletes it. */
export async function buildAssets(): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "pulse-ingest-assets-"));
  await promisify(execFile)(process.execPath, [script, folder]);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
