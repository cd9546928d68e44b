import { parseArgs } from "node:util";
import { z } from "zod";
import type { StoreName } from "./world.ts";

export const help = `npm run chaos -- [options]

Publishes messages with known ids to two workers, and posts a tenth of the jobs to them over REST, while it kills, cuts,
freezes and fills what they stand on. Then checks on the documents that nothing was lost or doubled. Without options: 100,000
messages and 50 faults on each store, in under 25 minutes. Exit code 0 only if the law held.

  --store sqlite|mongodb  on this store alone
  --messages N            how many messages at least (100000; with --burst 20000)
  --rate N                messages a second to the broker (200; with --outage 50, with --burst 20,000 a minute)
  --faults N              how many (50)
  --seed N                of messages and faults; chosen and printed when left out
  --outage TIME           no other fault: the database server is away so long, e.g. 30m or 20s
  --burst                 no fault: the messages at the rate, and how long the queue grew
  --json                  one object on standard output, and nothing else there

Examples
  npm run chaos -- --store sqlite --messages 5000 --faults 10
  npm run chaos -- --seed 42
  npm run chaos -- --outage 30m
  npm run chaos -- --burst
`;

const whole = z.coerce.number("must be a number").int().min(0);
const unitMs = { s: 1000, m: 60_000 } as const;
const time = z
  .string()
  .regex(/^\d{1,5}[sm]$/, "must be a number of seconds or minutes: 20s, 30m")
  .transform((text) => Number(text.slice(0, -1)) * (text.endsWith("m") ? unitMs.m : unitMs.s));
const Given = z.object({
  store: z.enum(["sqlite", "mongodb"]).optional(),
  messages: whole.optional(),
  rate: whole.min(1).optional(),
  faults: whole.default(50),
  seed: whole.optional(),
  outage: time.optional(),
  burst: z.boolean().default(false),
  json: z.boolean().default(false),
});

interface Common {
  readonly stores: readonly StoreName[];
  readonly seed: number;
  /** Messages per second. */
  readonly rate: number;
  readonly json: boolean;
}

/** The options of a run. */
export type ChaosCommand = Common &
  (
    | { readonly kind: "faults"; readonly messages: number; readonly faults: number }
    | { readonly kind: "outage"; readonly outageMs: number }
    | { readonly kind: "burst"; readonly messages: number }
  );

const BURST_MESSAGES = 20_000;
const BURST_SECONDS = 60;

/** @returns a message if the arguments are wrong, or null if help is requested. */
export function readOptions(args: readonly string[]): ChaosCommand | string | null {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        ...{ store: text, messages: text, rate: text, faults: text, seed: text, outage: text },
        ...{ burst: flag, json: flag, help: flag },
      },
    });
    if (values.help) return null;
    const given = Given.safeParse(values);
    return given.success ? commandOf(given.data) : z.prettifyError(given.error);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function commandOf(given: z.infer<typeof Given>): ChaosCommand | string {
  const { store, outage, burst, json, messages, rate, faults } = given;
  const seed = given.seed ?? Math.floor(Math.random() * 1e6);
  const stores = store === undefined ? (["sqlite", "mongodb"] as const) : [store];
  if (outage !== undefined) {
    if (burst) return "--outage and --burst are two runs: name one of them";
    if (store === "sqlite") return "--outage: the embedded store has no server that could be away";
    return { kind: "outage", outageMs: outage, stores: ["mongodb"], seed, rate: rate ?? 50, json };
  }
  if (burst) {
    const many = messages ?? BURST_MESSAGES;
    const perSecond = rate ?? Math.ceil(BURST_MESSAGES / BURST_SECONDS);
    return { kind: "burst", messages: many, stores, seed, rate: perSecond, json };
  }
  return { kind: "faults", messages: messages ?? 100_000, faults, stores, seed, rate: rate ?? 200, json };
}
