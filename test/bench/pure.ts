import { judgeDelivery } from "../../src/judge/judge-delivery.ts";
import { aDelivery, limits, schemas } from "../examples.ts";
import { messageMix } from "./message-mix.ts";
import { median, once, type Part, rounded } from "./part.ts";

const JOBS = 3000;
const ROUNDS = 15;

/** Measures decode, validate and normalise, in turn with only `JSON.parse` and the compiled schema on the same bytes. */
export const pure = {
  goals: { ratio: { atLeast: 0.6 } },
  measure: once(async () => {
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
    const perSecond = (work: () => void): number => {
      accepted = 0;
      const before = process.cpuUsage();
      work();
      const { user, system } = process.cpuUsage(before);
      return accepted / ((user + system) / 1e6);
    };
    // The first rounds are not counted, because the JIT compiler works then.
    for (let round = 0; round < 3; round++) [judge, parse].forEach(perSecond);
    const rounds = Array.from({ length: ROUNDS }, () => [perSecond(judge), perSecond(parse)] as const);
    const jobs_per_s = Math.round(median(rounds.map(([judged]) => judged)));
    const ratio = rounded(median(rounds.map(([judged, parsed]) => judged / parsed)), 3);
    return {
      what: "decode, validate, normalise; ratio to JSON.parse and schema",
      figures: { jobs_per_s, ratio },
    };
  }),
} satisfies Part;
