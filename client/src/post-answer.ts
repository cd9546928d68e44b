import { RejectedError, RequestError } from "./client-errors.ts";
import { isMap } from "./json-types.ts";
import { type Answer, isSuccess, toRefusal } from "./refusals.ts";
import type { DataFault } from "./structure-rules.ts";

/** The server's verdict on one item of a collection. */
export interface ItemVerdict {
  /** The index of the item in the collection, from 0. */
  readonly index: number;
  /**
   * `stored`: the item was created, moved a job to a later state, or changed a push. `unchanged`: it was already stored. `rejected`: see
   * the errors. `failed`: the item triggered a bug in the server; it was not stored, and may be posted again.
   */
  readonly outcome: "stored" | "unchanged" | "rejected" | "failed";
  readonly errors: readonly DataFault[];
  /** Parts of an accepted item that could not be used. */
  readonly refused: readonly ItemNote[];
  /** Problems that the publisher should know about although the whole item was accepted. */
  readonly warnings: readonly ItemNote[];
}

export interface ItemNote {
  /** e.g. `artifact "foo"`. */
  readonly what: string;
  readonly reason: string;
}

/** A push that a posted collection names, as the server describes it. */
export interface StoredResultSet {
  readonly id: number;
  readonly long_revision: string;
  readonly [member: string]: unknown;
}

/** The server's answer to a collection. */
export class PostAnswer {
  readonly message: string;
  /** One verdict per item, in order. Empty if the server returns no verdicts; the collection was accepted then. */
  readonly results: readonly ItemVerdict[];
  /** The pushes that a collection of result sets named. */
  readonly resultsets: readonly StoredResultSet[];

  constructor(message: string, results: readonly ItemVerdict[], resultsets: readonly StoredResultSet[]) {
    this.message = message;
    this.results = results;
    this.resultsets = resultsets;
  }

  /** The verdicts on items that are not stored, because they were rejected or have failed. */
  get rejected(): readonly ItemVerdict[] {
    return this.results.filter(({ outcome }) => outcome === "rejected" || outcome === "failed");
  }

  /** Returns the answer itself. @throws RejectedError if any item was rejected or has failed. */
  throwIfRejected(): this {
    const { rejected, results } = this;
    if (rejected.length > 0) throw new RejectedError(rejected, results.length);
    return this;
  }
}

/**
 * Reads the answer to a posted collection: a success, or an error with verdicts, because all items were rejected or some failed.
 *
 * @throws RequestError for any other answer.
 */
export function readPostAnswer(answer: Answer): PostAnswer {
  const { json, request, status } = answer;
  const hasResults = isMap(json) && Array.isArray(json["results"]);
  if (!isSuccess(answer) && !hasResults) throw toRefusal(answer, Date.now());
  if (!isMap(json)) throw new RequestError(`${request}: the answer is not a JSON object`, status);
  const { results, resultsets, message, detail } = json;
  const shown = [message, detail].find((text) => typeof text === "string") ?? "";
  return new PostAnswer(
    String(shown),
    hasResults ? listOf(results, toVerdict, answer) : [],
    listOf(resultsets ?? [], toResultSet, answer),
  );
}

function listOf<T>(value: unknown, read: (item: unknown) => T | null, { request, status }: Answer): T[] {
  const items = Array.isArray(value) ? value.map(read) : [null];
  return items.map((item) => {
    if (item === null)
      throw new RequestError(`${request}: the answer does not have the expected form`, status);
    return item;
  });
}

const outcomes = ["stored", "unchanged", "rejected", "failed"] as const;

function toVerdict(value: unknown): ItemVerdict | null {
  if (!isMap(value)) return null;
  const { index, errors, refused, warnings } = value;
  const outcome = outcomes.find((known) => known === value["outcome"]);
  if (typeof index !== "number" || outcome === undefined) return null;
  return { index, outcome, errors: faultsOf(errors), refused: notesOf(refused), warnings: notesOf(warnings) };
}

function faultsOf(value: unknown): DataFault[] {
  if (!Array.isArray(value)) return [];
  return value
    .filter(isMap)
    .map(({ pointer, message }) => ({ pointer: textOf(pointer), message: textOf(message) }));
}

function notesOf(value: unknown): ItemNote[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isMap).map(({ what, reason }) => ({ what: textOf(what), reason: textOf(reason) }));
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function toResultSet(value: unknown): StoredResultSet | null {
  if (!isMap(value)) return null;
  const { id, long_revision } = value;
  if (typeof id !== "number" || typeof long_revision !== "string") return null;
  return { ...value, id, long_revision };
}
