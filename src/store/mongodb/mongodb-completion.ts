import type { Db } from "mongodb";
import { fullJitterMs } from "../../timing/backoff.ts";
import { pause } from "../../timing/pause.ts";
import { fillCells } from "./mongodb-cells.ts";
import { numberDocuments } from "./mongodb-numbers.ts";
import { datePushes, orderPushes } from "./mongodb-push-order.ts";

const backoff = { baseMs: 1000, capMs: 60_000 };

/**
 * Adds what the documents of an earlier version lack, in small steps, once for each database. It never fails. While the store is
 * away it tries again.
 *
 * @param stop - ends it. The next start then begins again.
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
      // Only some reads depend on this, and only for documents of an earlier version.
      await pause(fullJitterMs(failures, backoff), stop);
    }
  }
}
