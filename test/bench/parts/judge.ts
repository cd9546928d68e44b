import { parseRegistry } from "../../../src/config/registry.ts";
import { judgeDelivery } from "../../../src/judge/judge-delivery.ts";
import { aDelivery, aMessage, limits, REVISION, schemas } from "../../examples.ts";
import type { Part } from "../part.ts";
import { ratios, spreadOf } from "../spread.ts";

const ENTRIES = 20_000;
const MESSAGES = 1000;
const WARM_UP_ROUNDS = 3;
const ROUNDS = 25;

/**
 * Measures how much the size of the registry adds to judging a message. Each message comes from an exchange that is not listed, and
 * names a project that no earlier message named, so no answer can be cached.
 */
export const judge = {
  goals: { ratio: { atMost: 1.2 } },
  contenders: [],
  async measure() {
    const judgeOne = judgeWith(1);
    const judgeMany = judgeWith(ENTRIES);
    const all = Array.from(
      { length: WARM_UP_ROUNDS + ROUNDS },
      (_, round) => [judgeOne(round), judgeMany(round)] as const,
    );
    // The JIT compiler is busy in the first rounds, so they are not counted.
    const rounds = all.slice(WARM_UP_ROUNDS);
    const one = rounds.map(([us]) => us);
    const many = rounds.map(([, us]) => us);
    const us_per_job_one = spreadOf(one, 2);
    const us_per_job = spreadOf(many, 2);
    const ratio = spreadOf(ratios(many, one), 2);
    return {
      what: `judging a message with ${ENTRIES} entries in the registry; ratio to one entry`,
      figures: {
        us_per_job_one: us_per_job_one.median,
        us_per_job: us_per_job.median,
        ratio: ratio.median,
      },
      spreads: { us_per_job_one, us_per_job, ratio },
    };
  },
} satisfies Part;

/** Returns a function that judges the messages of one round, and returns the CPU microseconds per message. */
function judgeWith(entries: number): (round: number) => number {
  const { acceptsProject } = parseRegistry("exchanges.yml", registryOf(entries));
  const options = { schemas, ...limits, tiers: new Map(), acceptsProject };
  return (round) => {
    const deliveries = Array.from({ length: MESSAGES }, (_, nth) => {
      const origin = { kind: "hg.mozilla.org", project: `project-${round}-${nth}`, revision: REVISION };
      return aDelivery(aMessage({ origin }), { exchange: "exchange/other/jobs" });
    });
    const before = process.cpuUsage();
    for (const delivery of deliveries) {
      const [verdict] = judgeDelivery(delivery, options);
      if (verdict?.kind !== "accepted") throw new Error(JSON.stringify(verdict));
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / MESSAGES;
  };
}

/** Every entry accepts every project of the messages, so all entries have to be checked. */
function registryOf(entries: number): string {
  const entry = (nth: number): string =>
    `  - exchange: exchange/publisher${nth}/jobs
    destinations: [treeherder]
    projects: ['#']
    accept_projects: ['project-*', 'only-${nth}']
`;
  return `exchanges:\n${Array.from({ length: entries }, (_, nth) => entry(nth)).join("")}`;
}
