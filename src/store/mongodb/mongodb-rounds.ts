import { fullJitterMs } from "../../timing/backoff.ts";
import { pause } from "../../timing/pause.ts";
import type { Collections } from "./mongodb-collections.ts";

/** The most rounds of a race. At least one of the racing writers wins each round, so only very many writers would need more. */
export const MAX_ROUNDS = 12;
export const TOO_SLOW = "other writers were faster too often";
export const raceBackoff = { baseMs: 5, capMs: 200 };

export const unordered = { ordered: false } as const;
/** Lets one reply have as many documents as fit. By default, the first reply has only 101, and the driver must request the rest. */
export const inOneReply = { batchSize: 100_000 } as const;

/**
 * Waits until all data read so far is on a majority of members. A read may return data that only the primary has and may still lose.
 * A write, even one that changes nothing, waits until all earlier writes have reached a majority. Used when outcomes depend only on
 * a read.
 */
export async function settleReads({ versions }: Pick<Collections, "versions">): Promise<void> {
  await versions.updateOne({ _id: "none" }, { $set: { version: "none" } });
}

/** Waits for a random time before a lost race is retried, so that the same writers do not collide again. */
export async function letOthersPass(round: number): Promise<void> {
  await pause(fullJitterMs(round, raceBackoff));
}
