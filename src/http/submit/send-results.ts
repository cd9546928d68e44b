import type { FastifyReply } from "fastify";
import type { EndedJob } from "../../ingest/progress/message-progress.ts";
import { EventLoopTurns } from "../../timing/event-loop-turns.ts";
import { safeJson, sendJsonBytes } from "../server/send-json.ts";
import { itemResult } from "./item-results.ts";

/** How many results are written before other requests get a turn. They take about a millisecond. */
const SLICE = 100;

/**
 * Sends an answer that ends with `results`, one for each item. The results may be several megabytes long, so they are written in slices,
 * and other requests get a turn in between.
 *
 * @param head - the other members of the answer; at least one.
 * @param items - in the order of the collection.
 */
export async function sendResults(
  reply: FastifyReply,
  status: number,
  head: Readonly<Record<string, unknown>>,
  items: readonly EndedJob[],
): Promise<FastifyReply> {
  const turns = new EventLoopTurns();
  const pieces = [Buffer.from(`${safeJson(head).slice(0, -1)},"results":[`)];
  for (let from = 0; from < items.length; from += SLICE) {
    const list = safeJson(items.slice(from, from + SLICE).map(itemResult));
    pieces.push(Buffer.from(`${from === 0 ? "" : ","}${list.slice(1, -1)}`));
    await turns.giveIfDue();
  }
  pieces.push(Buffer.from("]}\n"));
  return sendJsonBytes(reply.code(status), Buffer.concat(pieces));
}
