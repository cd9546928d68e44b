import { medianDrain, RUNS } from "./drain.ts";
import { limit } from "./limit.ts";
import { once, type Part, rounded } from "./part.ts";
import { mongodb as database } from "./servers.ts";

/** Measures the worker with a server for MongoDB's protocol on the same machine. */
export const mongodb = {
  goals: { ratio: { atLeast: 0.15 }, peak_rss_mib: { atMost: 256 } },
  measure: once(async () => {
    const { figures: most } = await limit.measure();
    const { url, name } = await database();
    const target = (run: number) => ({ dataDir: null, mongodbUrl: `${url}bench_${run}` });
    const figures = await medianDrain("mongodb", target, RUNS);
    const ratio = rounded(figures.jobs_per_s / most.jobs_per_s, 3);
    return { what: `the worker into ${name}; ratio to the limit`, figures: { ...figures, ratio } };
  }),
} satisfies Part;
