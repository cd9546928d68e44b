import type { Db } from "mongodb";
import { fullJitterMs } from "../../timing/backoff.ts";
import { pause } from "../../timing/pause.ts";
import { fillCells } from "./mongodb-cells.ts";
import { numberDocuments } from "./mongodb-numbers.ts";
import { datePushes, orderPushes } from "./mongodb-push-order.ts";

const backoff = { baseMs: 1000, capMs: 60_000 };

/**
 * Adds fields that documents of an earlier version lack, in small steps, once per database. Never throws: it retries while the store is
 * unavailable.
 *
 * @param stop - stops the work. The next start then starts over.
 */
export async function completeDocuments(db: Db, stop: AbortSignal): Promise<void> {
  for (let failures = 0; !stop.aborted; failures++) {
    try {
      await numberDocuments(db, stop);
      await orderPushes(db, stop);
      await datePushes(db, stop);
      await fillCells(db, stop);
      return;
    } catch {
      // Errors are not reported, because only some reads of documents of an earlier version depend on this work.
      await pause(fullJitterMs(failures, backoff), stop);
    }
  }
}
