import { fullJitterMs } from "../../timing/backoff.ts";
import { pause } from "../../timing/pause.ts";
import type { Collections } from "./mongodb-collections.ts";

/** The most rounds. In each round at least one of the racing writers wins, so only very many writers need more. */
export const MAX_ROUNDS = 12;
export const TOO_SLOW = "other writers were faster too often";
export const raceBackoff = { baseMs: 5, capMs: 200 };

export const unordered = { ordered: false } as const;
/** Without it a server returns 101 documents in its first reply, and the driver has to ask again for the rest. */
export const inOneReply = { batchSize: 100_000 } as const;

/**
 * Waits until everything that was read is on most members. A read also returns data that only the primary has, and may lose
 * again. A write waits for all earlier writes to reach most members, even if it changes nothing. Used when outcomes depend
 * only on a read.
 */
export async function settleReads({ versions }: Pick<Collections, "versions">): Promise<void> {
  await versions.updateOne({ _id: "none" }, { $set: { version: "none" } });
}

/** Waits before a lost race is tried again, so that the same writers do not meet again. */
export async function letOthersPass(round: number): Promise<void> {
  await pause(fullJitterMs(round, raceBackoff));
}
