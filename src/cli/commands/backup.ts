import { readSettings } from "../../config/read-settings.ts";
import { Misuse } from "../../domain/faults.ts";
import type { BackupPlan } from "../../store/sqlite/back-up-store.ts";
import type { CommandOptions } from "../options/command-options.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { print, printJson, tell } from "../output/print.ts";
import { createProgress } from "../output/progress.ts";

/**
 * `backup`: writes the embedded store into a file, while workers use it. Exit code 1 if the file cannot be written, with an
 * earlier backup unchanged, or with `--dry-run` if there is too little room.
 *
 * @throws Misuse for a store on a server, and for a path where no backup can be written.
 */
export async function backup(env: NodeJS.ProcessEnv, file: string, options: CommandOptions): Promise<number> {
  const settings = readSettings(env, ["MONGODB_URL", "MONGODB_URL_FILE", "DATA_DIR"]);
  if (settings.MONGODB_URL !== undefined || settings.MONGODB_URL_FILE !== undefined) {
    throw new Misuse([
      "MONGODB_URL is set, and this command backs up only the embedded store: back up a database with mongodump",
    ]);
  }
  const { planBackup, writeBackup } = await import("../../store/sqlite/back-up-store.ts");
  const plan = planBackup(settings.DATA_DIR, file);
  const isJson = options["json"] === true;
  if (options["dryRun"] === true) {
    await (isJson ? printJson(plan) : print(describe(plan)));
    return plan.free_bytes < plan.bytes ? exitCodes.failed : exitCodes.ok;
  }
  const progress = createProgress();
  const onProgress = (bytes: number): void =>
    progress.show(`${mebibytes(bytes)} of about ${mebibytes(plan.bytes)} written`);
  try {
    const bytes = await writeBackup(plan, { onProgress });
    progress.end();
    const { store, file: written } = plan;
    await (isJson ? printJson({ store, file: written, bytes }) : print(`${written}: ${mebibytes(bytes)}\n`));
    return exitCodes.ok;
  } catch (error) {
    progress.end();
    const reason = error instanceof Error ? error.message : String(error);
    tell(`error: ${plan.file} cannot be written: ${reason}; an earlier backup of that name is unchanged`);
    return exitCodes.failed;
  }
}

function describe({ store, file, bytes, free_bytes }: BackupPlan): string {
  const room = free_bytes < bytes ? "too little" : "enough";
  return `${store} would be written to ${file}: about ${mebibytes(bytes)}; ${mebibytes(free_bytes)} are free there, ${room}\n`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
