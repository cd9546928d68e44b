import { readSettings } from "../../config/read-settings.ts";
import { fileTroubleOf } from "../../disk/sqlite-errors.ts";
import { Misuse } from "../../domain/faults.ts";
import type { CompactPlan } from "../../store/sqlite/compact-store.ts";
import type { CommandOptions } from "../options/command-options.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { print, printJson, tell } from "../output/print.ts";

/**
 * `compact`: rewrites the file of the embedded store without its unused space.
 *
 * @throws Misuse for a store on a server, while a worker has the store open, or if there is too little room.
 */
export async function compact(env: NodeJS.ProcessEnv, options: CommandOptions): Promise<number> {
  const settings = readSettings(env, ["MONGODB_URL", "MONGODB_URL_FILE", "DATA_DIR"]);
  if (settings.MONGODB_URL !== undefined || settings.MONGODB_URL_FILE !== undefined) {
    throw new Misuse([
      "MONGODB_URL is set, and this command compacts only the embedded store: docs/retention.md tells what a server needs",
    ]);
  }
  const { compactStore, planCompaction } = await import("../../store/sqlite/compact-store.ts");
  const isJson = options["json"] === true;
  if (options["dryRun"] === true) {
    const plan = planCompaction(settings.DATA_DIR);
    await (isJson ? printJson(plan) : print(describe(plan)));
    return plan.free_bytes < plan.needed_bytes ? exitCodes.failed : exitCodes.ok;
  }
  let before = 0;
  let store = "";
  const onStart = (plan: CompactPlan): void => {
    ({ bytes: before, store } = plan);
    // No progress can be shown, because SQLite does the work in one call.
    tell(`${store}: ${mebibytes(before)} are being compacted. Ctrl-C ends it, and leaves the file as it is.`);
  };
  let bytes: number;
  try {
    bytes = compactStore(settings.DATA_DIR, onStart);
  } catch (error) {
    if (fileTroubleOf(error) === null) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    tell(`error: ${store} cannot be compacted: ${reason}; the file is as it was`);
    return exitCodes.failed;
  }
  await (isJson
    ? printJson({ store, bytes_before: before, bytes })
    : print(`${store}: ${mebibytes(before)} before, ${mebibytes(bytes)} now\n`));
  return exitCodes.ok;
}

function describe({
  store,
  bytes,
  used_bytes,
  needed_bytes,
  free_bytes,
  is_shrinkable,
}: CompactPlan): string {
  const room = free_bytes < needed_bytes ? "too little" : "enough";
  return [
    `${store}: ${mebibytes(bytes)}, of which ${mebibytes(used_bytes)} are used\n`,
    `needed on the disk while the file is rewritten: ${mebibytes(needed_bytes)}; ${mebibytes(free_bytes)} are free, ${room}\n`,
    is_shrinkable
      ? "the file gives space back to the system by itself\n"
      : "the file cannot give space back to the system until it has been compacted once\n",
  ].join("");
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
