import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type WorkerStatus, workerStatus } from "../../src/http/observe/worker-status.ts";
import type { WorkerProcess } from "../servers/worker-process.ts";
import type { World } from "./world.ts";

/** Returns a description of what is still waiting somewhere, or null if nothing is. */
async function whatWaits(world: World): Promise<string | null> {
  for (const worker of world.fleet.workers) {
    const { jobs } = await statusOf(worker);
    if (jobs.in_hand > 0) return `${jobs.in_hand} jobs in progress in a worker`;
  }
  return whatHasPiledUp(world);
}

/** The same without the jobs in progress in workers. There are always some while messages are published. */
async function whatHasPiledUp(world: World): Promise<string | null> {
  const queued = await world.onBroker((channel) => channel.checkQueue(world.queue));
  if (queued.messageCount > 0) return `${queued.messageCount} messages in the queue`;
  for (const worker of world.fleet.workers) {
    const { spool } = await statusOf(worker);
    if (spool.jobs > 0) return `${spool.jobs} jobs in a worker's spool`;
  }
  return null;
}

/** Returns a worker's own status. @throws Error if it does not answer. */
export async function statusOf(worker: WorkerProcess): Promise<WorkerStatus> {
  const line = worker.lines.find(({ event }) => event === "http_listening");
  const response = await fetch(`${line?.["url"]}/status`, { signal: AbortSignal.timeout(30_000) });
  return workerStatus.parse(await response.json());
}

/** How many checks in a row must find nothing, because neither the broker nor a worker counts a message that is on its way between them. */
const LOOKS = 3;

/**
 * Waits until nothing is left in the queue, in a worker or in a spool. Returns the time.
 * @throws Error that says what is still waiting after the time limit.
 */
export async function untilSettled(world: World, limitMs: number, stop: AbortSignal): Promise<number> {
  return untilNothing(() => whatWaits(world), limitMs, stop);
}

/** The same while publishing continues: waits until nothing is left in the queue or in a spool. */
export async function untilCaughtUp(world: World, limitMs: number, stop: AbortSignal): Promise<number> {
  return untilNothing(() => whatHasPiledUp(world), limitMs, stop);
}

async function untilNothing(
  look: () => Promise<string | null>,
  limitMs: number,
  stop: AbortSignal,
): Promise<number> {
  const limit = Date.now() + limitMs;
  let settledAtMs = 0;
  for (let looks = 0; ; ) {
    const waiting = await look().catch(String);
    stop.throwIfAborted();
    if (looks === 0) settledAtMs = Date.now();
    looks = waiting === null ? looks + 1 : 0;
    if (looks === LOOKS) return settledAtMs;
    if (Date.now() > limit) throw new Error(`not settled after ${limitMs / 1000} s: ${waiting}`);
    await wait(100);
  }
}

/** Waits for the work that follows the acknowledgement: reading logs and making suggestions. */
export async function untilWorkDone(world: World, limitMs: number, stop: AbortSignal): Promise<void> {
  const limit = Date.now() + limitMs;
  while (Date.now() < limit) {
    const { logs, suggestions } = await world.documents();
    const pending = [...logs].filter(
      ([id, status]) => id.includes("/buildbot_text/") && status === "pending",
    );
    if (pending.length + suggestions === 0) return;
    await wait(1000, undefined, { signal: stop });
  }
}

/** Returns the spool files that are left after all workers have ended. */
export function spoolsLeft({ disk }: World): string[] {
  try {
    return readdirSync(join(disk.path, "spool"));
  } catch {
    // No worker ever needed a spool.
    return [];
  }
}
