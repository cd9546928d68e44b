import type { ContenderName, CountedProcess, Drain } from "../contenders/contender.ts";
import { countDatabase, countEmbedded } from "../counts/count-stores.ts";
import { type BenchOptions, type Figures, median, type Part, rounded } from "../part.ts";

/** How many jobs of a drain are counted; no more are needed. */
const SHARE = 0.25;

const embedded = ["worker", "broker"] as const;
const database = [...embedded, "postgresql", "ferretdb", "mongod"] as const;

/** The processes whose CPU time is counted, keyed by their names in the report. */
const counted = {
  limit: { contender: "limit", processes: embedded },
  sqlite: { contender: "sqlite", processes: embedded },
  mongodb: { contender: "mongodb", processes: database },
  physical_sqlite: { contender: "physicalSqlite", processes: embedded },
  physical_mongodb: { contender: "physicalMongodb", processes: database },
  plain: { contender: "plain", processes: database },
} as const satisfies Readonly<Record<string, CountedContender>>;

interface CountedContender {
  readonly contender: ContenderName;
  /** The processes that work for the contender. All others are idle. */
  readonly processes: readonly CountedProcess[];
}

/** Figures that do not depend on the speed of the machine. Except for CPU time, they do not depend on other load either. */
export const counts = {
  goals: {},
  contenders: Object.values(counted).map(({ contender }) => contender),
  async measure(drains, { jobs, show }: BenchOptions) {
    const cpu = Object.entries(counted).map(([name, { contender, processes }]) => {
      return [name, cpuOf(drains[contender], processes)] as const;
    });
    show("counts: sqlite");
    const sqlite = await countEmbedded(Math.ceil(jobs * SHARE));
    show("counts: mongodb");
    const mongodb = await countDatabase(Math.ceil(jobs * SHARE));
    const whyNot = [sqlite.whyNot, mongodb.whyNot].filter((why) => why !== null);
    const figures: Record<string, Figures> = Object.fromEntries(cpu);
    return {
      what: ["CPU time, and what one traced drain of each store did", ...new Set(whyNot)].join("; "),
      figures: {
        ...figures,
        sqlite: { ...figures["sqlite"], ...sqlite.figures },
        mongodb: { ...figures["mongodb"], ...mongodb.figures },
      },
    };
  },
} satisfies Part;

/** The median for each process over all rounds, in microseconds per job. A process that does not run on this machine is left out. */
function cpuOf(drains: readonly Drain[], processes: readonly CountedProcess[]): Figures {
  const running = processes.filter((name) => drains[0]?.cpu_us_per_job[name] !== undefined);
  return Object.fromEntries(
    running.map((name) => {
      const values = drains.map(({ cpu_us_per_job }) => cpu_us_per_job[name] ?? Number.NaN);
      return [`${name}_cpu_us_per_job`, rounded(median(values), 1)];
    }),
  );
}
