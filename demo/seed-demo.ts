import { randomUUID } from "node:crypto";
import { sealSecret } from "../src/credentials/sealed-secret.ts";
import type { Store } from "../src/store/ports/store.ts";
import { logTextAt } from "./demo-logs.ts";
import { knownBugs } from "./known-bugs.ts";
import { type DemoPlan, planDemo } from "./plan-demo.ts";
import type { DemoSize } from "./plan-pushes.ts";
import { restClients } from "./posted-bodies.ts";
import { readDemoLogs } from "./read-demo-logs.ts";
import { writeBodies } from "./write-bodies.ts";

/** Options for the demo data. */
export interface SeedOptions extends Partial<DemoSize> {
  /** Default: 1. Equal seeds give equal data. */
  readonly seed?: number;
  /** The number of days. Default: 7. */
  readonly days?: number;
  /** The approximate number of jobs, because a push is not split. Default: 600. */
  readonly jobs?: number;
  /** Default: the beginning of the present hour. The data is the same for every hour; only its times differ. */
  readonly endsAtMs?: number;
  /** How many lines are added to one log. Default: 0. */
  readonly longLogLines?: number;
  /**
   * The future address of the log host, without a slash at the end. Default: an address of this machine where nothing listens.
   */
  readonly logsUrl?: string;
  /** Called from time to time with a description of the progress. */
  readonly onProgress?: (text: string) => void;
}

const HOUR_MS = 3_600_000;

/**
 * Fills an empty store with the data of a week: pushes, jobs in all states, logs that were read, bugs, rejections and REST
 * clients. The data takes the same path as in a worker.
 *
 * @returns the plan: all messages and posts, and the logs. `logTextAt` returns the text of a log of a plan.
 */
export async function seedDemo(store: Store, options: SeedOptions = {}): Promise<DemoPlan> {
  const { logsUrl = "http://127.0.0.1:9", onProgress = () => undefined } = options;
  const { seed = 1, days = 7, jobs = 600, longLogLines = 0 } = options;
  const { endsAtMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS } = options;
  const size = { seed, days, jobs, endsAtMs, longLogLines };
  const plan = planDemo(size, logsUrl);
  await addClients(store, size);
  await writeBodies(store, plan.bodies, (written) =>
    onProgress(`${written} of ${plan.bodies.length} messages`),
  );
  const bugs = knownBugs(seed, endsAtMs);
  await store.replaceBugs(bugs);
  onProgress("reading logs");
  const textAt = (url: string): string | null => logTextAt(plan, new URL(url).pathname);
  await readDemoLogs(store, { bugs, textAt, nowMs: endsAtMs });
  return plan;
}

async function addClients(store: Store, { days, endsAtMs }: DemoSize): Promise<void> {
  const at = (ageMs: number): string => new Date(endsAtMs - ageMs).toISOString();
  for (const { id, description, isRevoked } of restClients) {
    await store.addCredential({
      ...{ client_id: id, secret: sealSecret([], id, randomUUID()), projects: null, description },
      ...{ owner: "someone@example.org", authorized: true, created_at: at(days * 24 * HOUR_MS) },
      ...{ last_used_at: null, last_used_from: null },
    });
    if (isRevoked) await store.revokeCredential(id);
    else await store.noteCredentialUse(id, at(HOUR_MS / 4), "/api/project/mozilla-central/jobs/");
  }
}
