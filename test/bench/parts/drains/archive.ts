import type { Part } from "../../part.ts";
import { ratios, spreadOf } from "../../spread.ts";
import { besideSpread, cpuSpread, memorySpread, rateRatio } from "./drain-spreads.ts";

/** Measures what the archive costs a worker with an embedded store, how large it is, and how fast it is replayed into an empty store. */
export const archive = {
  goals: {
    ratio_to_off: { atLeast: 0.9 },
    share_of_bytes: { atMost: 0.2 },
    replay_ratio_to_drain: { atLeast: 0.5 },
  },
  contenders: ["sqlite", "archive"],
  async measure({ sqlite, archive: on }) {
    const ratio_to_off = rateRatio(on, sqlite);
    const replay_per_s = besideSpread(on, "replay_per_s", 0);
    const replay_ratio_to_drain = spreadOf(
      ratios(
        on.map(({ besides }) => besides["replay_per_s"] ?? Number.NaN),
        sqlite.map(({ jobs_per_s }) => jobs_per_s),
      ),
      3,
    );
    const share_of_bytes = besideSpread(on, "share_of_bytes", 3);
    return {
      what: "the worker into SQLite with the archive; ratio to sqlite; replay of the archive",
      figures: {
        ratio_to_off: ratio_to_off.median,
        cpu_s_per_10k_off: cpuSpread(sqlite).median,
        cpu_s_per_10k_on: cpuSpread(on).median,
        peak_rss_mib: memorySpread(on).max,
        share_of_bytes: share_of_bytes.median,
        replay_per_s: replay_per_s.median,
        replay_ratio_to_drain: replay_ratio_to_drain.median,
      },
      spreads: { ratio_to_off, share_of_bytes, replay_per_s, replay_ratio_to_drain },
    };
  },
} satisfies Part;
