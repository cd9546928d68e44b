import { setTimeout as wait } from "node:timers/promises";
import { planFaults, type Round } from "./fault-plan.ts";
import type { Fault } from "./faults.ts";
import { type Judgement, judge } from "./judge.ts";
import { seeded } from "./random.ts";
import { Traffic } from "./traffic.ts";
import { openWorld, type World, type WorldOptions } from "./world.ts";

export interface ChaosOptions extends WorldOptions {
  readonly seed: number;
  /** The minimum number of messages that are published. */
  readonly messages: number;
  /** Messages per second. */
  readonly rate: number;
  readonly faults: number;
  /** The kinds of faults. Those that are possible in this world are injected. */
  readonly kinds: readonly Fault[];
  /** Called with progress messages. */
  readonly say: (line: string) => void;
}

/** A fault that was injected. */
export interface Injected {
  readonly fault: string;
  /** The time until every worker ended jobs again, in milliseconds, or null if one did not within the limit. */
  readonly recoveryMs: number | null;
}

export interface ChaosReport extends Judgement {
  readonly injected: readonly Injected[];
}

/** Small limits, so that a queue fills, an unavailable store is soon noticed, and many batches are interrupted. */
const usualEnv = {
  REJECTIONS_PER_DAY: "0",
  PREFETCH: "100",
  BATCH_SIZE: "50",
  SPOOL_AFTER_MS: "2000",
  QUEUE_DEPTH_SECONDS: "1",
};
const RECOVERY_LIMIT_MS = 60_000;

/** Publishes while faults are injected, stops, and checks the law on the documents. */
export async function runChaos(options: ChaosOptions, stop: AbortSignal): Promise<ChaosReport> {
  const { seed, say } = options;
  const world = await openWorld({ ...options, env: { ...usualEnv, ...options.env } });
  try {
    say(`${world.name}: ${world.fleet.size} workers, seed ${seed}`);
    const kinds = options.kinds.filter((fault) => isPossible(fault, world));
    const rounds = planFaults(kinds, options.faults, seeded(seed));
    let isDone = false;
    // Publishing continues until the faults are over, so that there is traffic during the last ones too.
    const isEnough = (): boolean => isDone && traffic.size >= options.messages;
    const traffic = new Traffic(world, { ...options, isEnough });
    const published = traffic.run(stop);
    const everyMs = (options.messages / options.rate / Math.max(1, rounds.length)) * 1000;
    const injected = await injectAll(rounds, world, { everyMs, seed, stop, traffic, say });
    isDone = true;
    await published;
    stop.throwIfAborted();
    say(`${traffic.size} messages confirmed, ${injected.length} faults; waiting for the rest`);
    const judgement = await judge(world, traffic, stop);
    const unrecovered = injected
      .filter(({ recoveryMs }) => recoveryMs === null)
      .map(({ fault }) => `no recovery from ${fault} within ${RECOVERY_LIMIT_MS / 1000} s`);
    return { ...judgement, injected, troubles: [...judgement.troubles, ...unrecovered] };
  } finally {
    await world.close();
  }
}

/** Returns whether a fault can be injected here. `store-full` needs a disk that can be filled. */
function isPossible(fault: Fault, { store, disk }: World): boolean {
  if (!fault.stores.includes(store)) return false;
  return disk.fill !== null || fault.name !== "store-full";
}

interface Injecting {
  readonly everyMs: number;
  readonly seed: number;
  readonly stop: AbortSignal;
  readonly traffic: Traffic;
  readonly say: (line: string) => void;
}

async function injectAll(rounds: readonly Round[], world: World, options: Injecting): Promise<Injected[]> {
  const { everyMs, seed, stop, traffic, say } = options;
  const random = seeded(seed + 2);
  const begun = Date.now();
  const injected: Injected[] = [];
  for (const [index, round] of rounds.entries()) {
    await wait(begun + (index + random.fraction()) * everyMs - Date.now(), undefined, { signal: stop });
    const done = await injectRound(round, world, seed + 3 + index);
    stop.throwIfAborted();
    injected.push(...done);
    const told = done.map(({ fault, recoveryMs }) => `${fault} ${secondsOf(recoveryMs)}`).join(" + ");
    say(`${traffic.size} confirmed, fault ${injected.length}: ${told}`);
  }
  return injected;
}

async function injectRound(round: Round, world: World, seed: number): Promise<Injected[]> {
  const lifted = await Promise.all(
    round.map(async (fault, index) => {
      const random = seeded(seed * 10 + index);
      if (round.length > 1) await wait(random.between(0, 1000));
      return fault.inject(world, random);
    }),
  );
  const liftedAtMs = Math.max(...lifted);
  const isRecovered = await world.fleet.untilAllWork(liftedAtMs, RECOVERY_LIMIT_MS);
  const recoveryMs = isRecovered ? Date.now() - liftedAtMs : null;
  return round.map(({ name }) => ({ fault: name, recoveryMs }));
}

function secondsOf(ms: number | null): string {
  return ms === null ? "not recovered" : `${(ms / 1000).toFixed(1)} s`;
}
