import { setImmediate as nextTurn } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { giveWay } from "../../threads/give-way.ts";
import { BugIndexBuilder } from "../lookup/bug-index.ts";
import type { BugLookup } from "../lookup/bug-lookup.ts";
import { RememberedLookups } from "../lookup/remembered-lookups.ts";
import { SuggestionsWriter, suggestBugs } from "../lookup/suggest-bugs.ts";
import { errorLinesOf } from "../lookup/summary-errors.ts";
import { type BugThreadAnswer, bugThreadOrder, bugThreadSettings } from "./bug-thread-messages.ts";

// The code of the one thread that holds the bugs in memory. `bug-thread.ts` starts it, and sends all bugs before the first
// question.
const port = parentPort;
if (port === null) throw new Error("this module must run in a worker thread");
giveWay();
const { artifactBytes, rememberedTerms, longestMs } = bugThreadSettings.parse(workerData);

// How long the thread works on one summary before others get a turn, in milliseconds. A summary may have thousands of lines.
const turnMs = 10;

let builder = new BugIndexBuilder();
let lookup: BugLookup = builder.build();

async function suggest(id: number, summaryBlob: string): Promise<BugThreadAnswer> {
  const writer = new SuggestionsWriter(artifactBytes);
  let turn = performance.now();
  let spentMs = 0;
  // A new index does not affect this loop, so each artifact is made from one state of the bugs.
  for (const suggestion of suggestBugs(errorLinesOf(summaryBlob), lookup, Date.now())) {
    if (!writer.add(suggestion)) break;
    const tookMs = performance.now() - turn;
    if (tookMs < turnMs) continue;
    spentMs += tookMs;
    if (spentMs > longestMs) return { kind: "failed", id, bug: null };
    await nextTurn();
    turn = performance.now();
  }
  return { kind: "suggested", id, suggested: writer.end() };
}

function failed(id: number, error: unknown): BugThreadAnswer {
  return { kind: "failed", id, bug: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

const answer = (said: BugThreadAnswer): void => port.postMessage(said);

port.on("message", async (message: unknown) => {
  const order = bugThreadOrder.parse(message);
  switch (order.kind) {
    case "begin":
      builder = new BugIndexBuilder();
      return;
    case "bugs":
      builder.add(order.bugs);
      return;
    case "commit": {
      const index = builder.build();
      lookup = new RememberedLookups(index, rememberedTerms);
      answer({ kind: "committed", figures: { bugs: index.size, bytes: index.bytes } });
      return;
    }
    case "suggest":
      answer(await suggest(order.id, order.summaryBlob).catch((error: unknown) => failed(order.id, error)));
  }
});
