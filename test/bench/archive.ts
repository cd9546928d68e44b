import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { runProcess } from "../cli/run-cli.ts";
import { type DrainFigures, drain, medianOf, RUNS } from "./drain.ts";
import { once, type Part, rounded } from "./part.ts";

/** Measures what the archive costs the worker with an embedded store, how large it is, and how fast it is replayed into an empty store. */
export const archive = {
  goals: {
    ratio_to_off: { atLeast: 0.9 },
    share_of_bytes: { atMost: 0.2 },
    replay_ratio_to_drain: { atLeast: 0.5 },
  },
  measure: once(async () => {
    const folder = await mkdtemp(join(tmpdir(), "pulse-ingest-archive-"));
    const [without, kept] = [join(folder, "off"), join(folder, "on")];
    try {
      const off: DrainFigures[] = [];
      const on: DrainFigures[] = [];
      // In turns, because the machine may get slower or faster meanwhile.
      for (let run = 0; run < RUNS; run++) {
        off.push(await drain(`off${run}`, { dataDir: without, mongodbUrl: null }));
        on.push(await drain(`on${run}`, { dataDir: kept, mongodbUrl: null, env: { ARCHIVE_DAYS: "30" } }));
      }
      const [usual, archived] = [medianOf(off), medianOf(on)];
      const { messages, bytes, raw_bytes } = await totalsIn(kept);
      const replayed = messages / (await replaySeconds(kept, join(folder, "replayed")));
      return {
        what: `the worker into SQLite, with the archive and without it; replay of ${messages} messages`,
        figures: {
          ratio_to_off: rounded(archived.jobs_per_s / usual.jobs_per_s, 3),
          cpu_s_per_10k_off: usual.cpu_s_per_10k,
          cpu_s_per_10k_on: archived.cpu_s_per_10k,
          peak_rss_mib: archived.peak_rss_mib,
          share_of_bytes: rounded(bytes / raw_bytes, 3),
          replay_per_s: Math.round(replayed),
          replay_ratio_to_drain: rounded(replayed / usual.jobs_per_s, 3),
        },
      };
    } finally {
      await rm(folder, { recursive: true });
    }
  }),
} satisfies Part;

async function totalsIn(dataDir: string) {
  const store = await openSqliteStore(dataDir, 30);
  try {
    return await store.archiveTotals();
  } finally {
    await store.close();
  }
}

/** The start of the command is counted. */
async function replaySeconds(dataDir: string, into: string): Promise<number> {
  const startedAtMs = performance.now();
  const { code, stderr } = await runProcess(["replay", "--into", `sqlite:${into}`], { DATA_DIR: dataDir });
  if (code !== 0) throw new Error(`replay ended with ${code}: ${stderr}`);
  return (performance.now() - startedAtMs) / 1000;
}
