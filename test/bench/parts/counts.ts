import type { ContenderName, Drain } from "../contenders/contender.ts";
import { countDatabase, countEmbedded } from "../counts/count-stores.ts";
import { type BenchOptions, type Figures, median, type Part, rounded } from "../part.ts";

/** So many of the jobs of a drain are enough to count. */
const SHARE = 0.25;

/** Whose CPU time is counted, by its name in the report. */
const counted = {
  limit: "limit",
  sqlite: "sqlite",
  mongodb: "mongodb",
  physical_sqlite: "physicalSqlite",
  physical_mongodb: "physicalMongodb",
  plain: "plain",
} as const satisfies Readonly<Record<string, ContenderName>>;

/** What does not depend on the speed of the machine and, apart from CPU time, not on other load either. */
export const counts = {
  goals: {},
  contenders: Object.values(counted),
  async measure(drains, { jobs, show }: BenchOptions) {
    const cpu = Object.entries(counted).map(([name, contender]) => [name, cpuOf(drains[contender])] as const);
    show("counts: sqlite");
    const embedded = await countEmbedded(Math.ceil(jobs * SHARE));
    show("counts: mongodb");
    const database = await countDatabase(Math.ceil(jobs * SHARE));
    const { sqlite = {}, mongodb = {}, ...others } = Object.fromEntries(cpu);
    const whyNot = [embedded.whyNot, database.whyNot].filter((why) => why !== null);
    return {
      what: ["CPU time, and what one traced drain of each store did", ...whyNot].join("; "),
      figures: {
        sqlite: { ...sqlite, ...embedded.figures },
        mongodb: { ...mongodb, ...database.figures },
        ...others,
      },
    };
  },
} satisfies Part;

/** The median CPU time of each process over all rounds. */
function cpuOf(drains: readonly Drain[]): Figures {
  const processes = Object.keys(drains[0]?.cpu_us_per_job ?? {}) as (keyof Drain["cpu_us_per_job"])[];
  return Object.fromEntries(
    processes.map((name) => {
      const values = drains.map(({ cpu_us_per_job }) => cpu_us_per_job[name] ?? Number.NaN);
      return [`${name}_cpu_us_per_job`, rounded(median(values), 1)];
    }),
  );
}
