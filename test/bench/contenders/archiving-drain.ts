import { join } from "node:path";
import { openSqliteStore } from "../../../src/store/sqlite/sqlite-store.ts";
import { runProcess } from "../../cli/run-cli.ts";
import type { BenchQueue, Drain } from "./contender.ts";
import { workerDrain } from "./worker-drain.ts";

/** Drains a queue with a worker that keeps an archive, then replays the archive into an empty store. */
export async function archivingDrain(queue: BenchQueue, folder: string): Promise<Drain> {
  const drain = await workerDrain(queue, { dataDir: folder, mongodbUrl: null, env: { ARCHIVE_DAYS: "30" } });
  const { messages, bytes, raw_bytes } = await totalsIn(folder);
  const seconds = await replaySeconds(folder, join(folder, "replayed"));
  return { ...drain, besides: { share_of_bytes: bytes / raw_bytes, replay_per_s: messages / seconds } };
}

async function totalsIn(dataDir: string) {
  const store = await openSqliteStore(dataDir, 30);
  try {
    return await store.archiveTotals();
  } finally {
    await store.close();
  }
}

/** The measured time includes the start of the command. */
async function replaySeconds(dataDir: string, into: string): Promise<number> {
  const startedAtMs = performance.now();
  const { code, stderr } = await runProcess(["replay", "--into", `sqlite:${into}`], { DATA_DIR: dataDir });
  if (code !== 0) throw new Error(`replay ended with ${code}: ${stderr}`);
  return (performance.now() - startedAtMs) / 1000;
}
