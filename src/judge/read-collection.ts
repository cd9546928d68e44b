import { createHash } from "node:crypto";
import { decodeItem } from "../decode/decode-delivery.ts";
import { type FoundItems, findItems, type NoItems } from "../decode/find-items.ts";
import type { Collection } from "../domain/collection.ts";
import type { RawBody } from "../domain/delivery.ts";
import type { Fault } from "../domain/faults.ts";
import { EventLoopTurns } from "../timing/event-loop-turns.ts";
import { CallRevisions } from "./call-revisions.ts";
import { type ItemContext, type ItemRules, type ItemVerdict, judgeItem, rejectedItem } from "./judge-item.ts";
import type { ReadMessage } from "./verdict.ts";

/** How much of an oversize item is kept, so that people can see what the item was. */
const HEAD_BYTES = 4096;
const SUGGESTIONS = "Bug suggestions";

export interface CollectionOptions extends Collection, ItemRules {
  /** The maximum number of items in a body. */
  readonly maxItems: number;
}

/** The items of a body, or the reason why the whole body is refused. None of its items may be stored then. */
export type CollectionReading = { readonly ok: true; readonly reading: ReadMessage<ItemVerdict> } | NoItems;

/**
 * Reads the body of a request that posts a collection. First, the syntax of the whole body is checked in small steps, without parsing
 * it. Then facts about later items that the verdict on an earlier one depends on are collected. Each item is parsed when its verdict
 * is requested, so at most one item is in memory as objects.
 *
 * @param body - the raw bytes, after all encodings have been undone. They must not change while verdicts are requested.
 */
export async function readCollection(body: Buffer, options: CollectionOptions): Promise<CollectionReading> {
  const items = await findItems(body, options.maxItems);
  if (!items.ok) return items;
  const suggested = needsLookAhead(body, options)
    ? await guidsWithSuggestions(items, options)
    : new Set<string>();
  const shared = options.kind === "resultset" && items.count > 1 ? await revisionsOf(items, options) : null;
  const context = { ...options, hasSuggestions: (guid: string) => suggested.has(guid) };
  const verdictOf = (index: number): ItemVerdict => {
    if (index < 0 || index >= items.count) {
      throw new RangeError(`there is no item ${index} among ${items.count}`);
    }
    const verdict = judgeBytes(items.at(index), context);
    if (shared === null || verdict.kind !== "push") return verdict;
    return { ...verdict, resultSet: shared.linked(verdict.resultSet) };
  };
  return { ok: true, reading: { jobs: items.count, verdictOf } };
}

/**
 * Reads a single item without its list, in the form that a rejection keeps. Pure.
 *
 * @param bytes - valid UTF-8.
 */
export function readItem(bytes: Buffer, collection: Collection, rules: ItemRules): ReadMessage<ItemVerdict> {
  const context = { ...rules, ...collection, hasSuggestions: () => false };
  return { jobs: 1, verdictOf: () => judgeBytes(bytes, context) };
}

function judgeBytes(bytes: Buffer, context: ItemContext): ItemVerdict {
  const decoded = decodeItem(bytes, context);
  if (decoded.ok) return judgeItem(decoded.value, context);
  return { ...rejectedItem(decoded.fault, undefined, context), raw: rawItem(bytes, decoded.fault) };
}

/** Returns the bytes of an item in the form that a rejection keeps. */
function rawItem(bytes: Buffer, fault: Fault): RawBody {
  if (fault.reason !== "oversize-body") return { body: bytes, oversize: null };
  const { limitBytes } = fault;
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const head = Buffer.from(bytes.subarray(0, HEAD_BYTES));
  return { body: head, oversize: { bytes: bytes.length, sha256, limitBytes } };
}

/** Returns whether suggestions later in the list could affect a summary. */
function needsLookAhead(body: Buffer, { kind }: Collection): boolean {
  return kind === "artifact" && body.includes('"text_log_summary"') && body.includes(SUGGESTIONS);
}

/**
 * Returns the guids for which a list of artifacts contains suggestions that can be stored. To save time, only items that contain the
 * name literally are parsed. An item that writes the name with escapes is missed; suggestions are then also made here, but the
 * submitted ones are used.
 */
async function guidsWithSuggestions(
  items: FoundItems,
  options: CollectionOptions,
): Promise<ReadonlySet<string>> {
  const turns = new EventLoopTurns();
  const guids = new Set<string>();
  const context = { ...options, hasSuggestions: () => false };
  for (let index = 0; index < items.count; index++) {
    const bytes = items.at(index);
    if (bytes.includes(SUGGESTIONS)) {
      const verdict = judgeBytes(bytes, context);
      if (verdict.kind === "artifact" && verdict.artifact.artifact.name === SUGGESTIONS) {
        guids.add(verdict.artifact.job_guid);
      }
    }
    await turns.giveIfDue();
  }
  return guids;
}

/** Collects the revisions of all pushes in a list. */
async function revisionsOf(items: FoundItems, options: CollectionOptions): Promise<CallRevisions> {
  const turns = new EventLoopTurns();
  const revisions = new CallRevisions();
  const context = { ...options, hasSuggestions: () => false };
  for (let index = 0; index < items.count; index++) {
    const verdict = judgeBytes(items.at(index), context);
    if (verdict.kind === "push") revisions.note(verdict.resultSet);
    await turns.giveIfDue();
  }
  return revisions;
}
