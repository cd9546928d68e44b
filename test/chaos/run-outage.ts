import { setTimeout as wait } from "node:timers/promises";
import { type Judgement, judge } from "./judge.ts";
import { untilCaughtUp } from "./settle.ts";
import { Traffic } from "./traffic.ts";
import { watchDepth } from "./watch-depth.ts";
import { openWorld, type World, type WorldOptions } from "./world.ts";

export interface MeasuredOptions extends Pick<WorldOptions, "series" | "env"> {
  readonly seed: number;
  /** Messages per second. */
  readonly rate: number;
  readonly say: (line: string) => void;
}

export interface MeasuredReport extends Judgement {
  /** The maximum number of messages that were ready in the queue. */
  readonly peakQueue: number;
  /**
   * The time from the store's return until the queue was empty, while publishing continued, in milliseconds. Null if the store was never
   * away.
   */
  readonly caughtUpMs: number | null;
}

/** The length that the queue must not reach. On Pulse, it causes the first warning. */
export const QUEUE_BOUND = 2000;
export const CATCH_UP_BOUND_MS = 180_000;
/** How long everything runs normally before the store is killed. */
const BEFORE_MS = 3000;

/** Kills the database server, keeps it away while publishing continues, and starts it again. */
export async function runOutage(
  options: MeasuredOptions & { readonly outageMs: number },
  stop: AbortSignal,
): Promise<MeasuredReport> {
  const { say, outageMs } = options;
  return measured({ ...options, store: "mongodb" }, stop, async (world, finish) => {
    if (world.database === null) throw new Error("the embedded store does not go away");
    const { server } = world.database;
    await wait(BEFORE_MS, undefined, { signal: stop });
    await server.kill();
    say(`the store is away, for ${outageMs / 1000} s`);
    await wait(outageMs, undefined, { signal: stop });
    await server.restart();
    const backAtMs = Date.now();
    say("the store is back");
    const caughtUpMs = (await untilCaughtUp(world, 2 * CATCH_UP_BOUND_MS, stop)) - backAtMs;
    say(`caught up after ${(caughtUpMs / 1000).toFixed(1)} s`);
    return { ...(await finish()), caughtUpMs };
  });
}

/** Publishes this many messages at the given rate, without any fault. */
export async function runBurst(
  options: MeasuredOptions & Pick<WorldOptions, "store"> & { readonly messages: number },
  stop: AbortSignal,
): Promise<MeasuredReport> {
  return measured(options, stop, async (_world, finish) => {
    await wait((options.messages / options.rate) * 1000, undefined, { signal: stop });
    return finish();
  });
}

/** Publishes until `finish` is called, which returns the final verdict. */
async function measured<T>(
  options: MeasuredOptions & Pick<WorldOptions, "store">,
  stop: AbortSignal,
  during: (world: World, finish: () => Promise<MeasuredReport>) => Promise<T>,
): Promise<T> {
  const world = await openWorld({ ...options, heartbeatSeconds: null });
  try {
    options.say(
      `${world.name}: ${world.fleet.size} workers, ${options.rate} messages/s, seed ${options.seed}`,
    );
    const depth = watchDepth(world);
    let isDone = false;
    const traffic = new Traffic(world, { ...options, isEnough: () => isDone || stop.aborted });
    const publishing = traffic.run(stop);
    return await during(world, async () => {
      isDone = true;
      await publishing;
      stop.throwIfAborted();
      const judgement = await judge(world, traffic, stop);
      await depth.end();
      return { ...judgement, peakQueue: depth.peak(), caughtUpMs: null };
    });
  } finally {
    await world.close();
  }
}
