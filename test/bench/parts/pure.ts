import { judgeDelivery } from "../../../src/judge/judge-delivery.ts";
import { aDelivery, limits, schemas } from "../../examples.ts";
import { messageMix } from "../message-mix.ts";
import type { Part } from "../part.ts";
import { ratios, spreadOf } from "../spread.ts";

const JOBS = 3000;
const WARM_UP_ROUNDS = 3;
const ROUNDS = 15;

/** Measures decode, validate and normalise, alternating with only `JSON.parse` and the compiled schema on the same bytes. */
export const pure = {
  goals: { ratio: { atLeast: 0.6 } },
  contenders: [],
  async measure() {
    const { bodies } = messageMix(JOBS, "pure");
    const deliveries = bodies.map((body) => aDelivery(body));
    const options = { schemas, ...limits, tiers: new Map(), acceptsProject: () => true };
    let accepted = 0;
    const judge = (): void => {
      for (const delivery of deliveries) {
        for (const { kind } of judgeDelivery(delivery, options)) if (kind === "accepted") accepted++;
      }
    };
    const parse = (): void => {
      for (const { body } of deliveries) {
        const value: unknown = JSON.parse(body.toString());
        for (const item of Array.isArray(value) ? value : [value]) if (schemas.isJob(item)) accepted++;
      }
    };
    /** Microseconds of CPU for one accepted job. */
    const costOf = (work: () => void): number => {
      accepted = 0;
      const before = process.cpuUsage();
      work();
      const { user, system } = process.cpuUsage(before);
      return (user + system) / accepted;
    };
    // The JIT compiler is busy in the first rounds, so they are not counted.
    for (let round = 0; round < WARM_UP_ROUNDS; round++) [judge, parse].forEach(costOf);
    const rounds = Array.from({ length: ROUNDS }, () => [costOf(judge), costOf(parse)] as const);
    const judged = rounds.map(([us]) => us);
    const parsed = rounds.map(([, us]) => us);
    const us_per_job = spreadOf(judged, 2);
    const parse_us_per_job = spreadOf(parsed, 2);
    const ratio = spreadOf(ratios(parsed, judged), 3);
    return {
      what: "decode, validate, normalise; ratio to JSON.parse and schema",
      figures: {
        jobs_per_s: Math.round(1e6 / us_per_job.median),
        us_per_job: us_per_job.median,
        parse_us_per_job: parse_us_per_job.median,
        ratio: ratio.median,
      },
      spreads: { us_per_job, parse_us_per_job, ratio },
    };
  },
} satisfies Part;
