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

/** The size of the demo data. Each comment names the default. */
export interface SeedOptions extends Partial<DemoSize> {
  /** 1. Equal seeds give equal data. */
  readonly seed?: number;
  /** 7. */
  readonly days?: number;
  /** About how many jobs; a push is not split. The default is 600. */
  readonly jobs?: number;
  /** The beginning of this hour. The same data is made for every hour; only its times differ. */
  readonly endsAtMs?: number;
  /** 0. */
  readonly longLogLines?: number;
  /** An address of this machine where nothing listens. Where the host of the logs will be, without a slash at the end. */
  readonly logsUrl?: string;
  /** Called now and then with what is being done, in words. */
  readonly onProgress?: (text: string) => void;
}

const HOUR_MS = 3_600_000;

/**
 * Fills an empty store with what a week brings: pushes, jobs in all states, logs that were read, bugs, rejections and REST clients.
 * Everything goes the way that it goes in a worker.
 *
 * @returns what was written, and the logs. `logTextAt` returns the text of each.
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
