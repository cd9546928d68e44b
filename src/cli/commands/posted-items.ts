import { isUtf8 } from "node:buffer";
import type { Collection, CollectionKind } from "../../domain/collection.ts";
import { faultErrors } from "../../domain/explain-fault.ts";
import type { Violation } from "../../domain/faults.ts";
import { isJsonObject } from "../../domain/text/json-object.ts";
import type { ItemRules } from "../../judge/judge-item.ts";
import { readItem } from "../../judge/read-collection.ts";
import { messagesOf } from "./validate.ts";

/** An item of a file that is to be posted. */
export interface PostedItem {
  /** The text of the item in the file. */
  readonly text: string;
  /** The parsed item; undefined if it is invalid. */
  readonly value: unknown;
  readonly errors: readonly Violation[];
}

/**
 * Returns the items of a file with their errors. If a document is an array, each of its members is an item; otherwise the
 * document is one.
 */
export function postedItems(file: Buffer, collection: Collection, rules: ItemRules): readonly PostedItem[] {
  // `messagesOf` returns an empty list as one document. It holds no item.
  const bodies = messagesOf(file).filter(
    ({ body, isItem }) => isItem || !/^\s*\[\s*\]\s*$/.test(String(body)),
  );
  return bodies.map(({ body }): PostedItem => {
    const text = body.toString("utf8");
    if (!isUtf8(body)) {
      const error = { pointer: "", keyword: "malformed-body", message: "is not valid UTF-8" };
      return { text, value: undefined, errors: [error] };
    }
    const verdict = readItem(body, collection, rules).verdictOf(0);
    const errors = verdict.kind === "rejected" ? faultErrors(verdict.fault) : [];
    return { text, value: errors.length === 0 ? JSON.parse(text) : undefined, errors };
  });
}

/**
 * Returns the name of an item for output: the guid of a job, the guid and name of an artifact, or the revision of a push; may be
 * empty.
 */
export function itemName(kind: CollectionKind, value: unknown): string {
  if (!isJsonObject(value)) return "";
  const { job, job_guid, name, revision, revision_hash } = value;
  const parts = {
    jobs: [isJsonObject(job) ? job["job_guid"] : undefined],
    artifact: [job_guid, name],
    resultset: [revision || revision_hash],
  }[kind];
  return parts.filter((part) => typeof part === "string").join(" ");
}
