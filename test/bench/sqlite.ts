import { medianDrain, RUNS } from "./drain.ts";
import { limit } from "./limit.ts";
import { once, type Part, rounded } from "./part.ts";

/** Measures the worker with an embedded store that is empty at first. */
export const sqlite = {
  goals: { ratio: { atLeast: 0.35 }, peak_rss_mib: { atMost: 256 } },
  measure: once(async () => {
    const { figures: most } = await limit.measure();
    const figures = await medianDrain("sqlite", () => ({ dataDir: null, mongodbUrl: null }), RUNS);
    const ratio = rounded(figures.jobs_per_s / most.jobs_per_s, 3);
    return { what: "the worker into SQLite; ratio to the limit", figures: { ...figures, ratio } };
  }),
} satisfies Part;
