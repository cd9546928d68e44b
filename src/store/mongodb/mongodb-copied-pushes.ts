import type { AnyBulkWriteOperation } from "mongodb";
import type { ResultSet } from "../../domain/result-set.ts";
import type { Copied } from "../ports/copy-store.ts";
import { arrivalSeconds, revisionKeys } from "../rules/find-push.ts";
import { judgeCopy } from "../rules/judge-copy.ts";
import { mergePush } from "../rules/merge-copy.ts";
import { withNumber } from "../rules/wanted-numbers.ts";
import {
  type Collections,
  type ResultSetDocument,
  toResultSet,
  withNumberIn,
} from "./mongodb-collections.ts";
import {
  type CopyWrite,
  endsOf,
  findInOrder,
  projectIdsBehind,
  readPage,
  type WalkedCopier,
  writeAll,
  writeInRounds,
} from "./mongodb-copier.ts";
import { freeNumbers } from "./mongodb-numbers.ts";
import { inOneReply } from "./mongodb-rounds.ts";

interface Write extends CopyWrite<Copied<"push">> {
  /** The push to write, which may have another number than the copied document. */
  readonly push: ResultSet;
  /** The stored push, which is in an earlier state; null if no push is stored. */
  readonly before: ResultSet | null;
}

/** Copies pushes. Pushes are written by compare-and-set, so that workers may write at the same time. */
export function createPushCopier({ resultsets }: Pick<Collections, "resultsets">): WalkedCopier<"push"> {
  const find = (refs: readonly { readonly id: string }[]) =>
    findInOrder(
      resultsets,
      refs.map(({ id }) => id),
      toCopy,
    );

  /** Plans the writes for pushes that are missing, or stored in an earlier state. */
  async function plan(documents: readonly Copied<"push">[], round: number): Promise<Write[]> {
    const stored = await find(documents);
    const writes = documents.flatMap((document, index): Write[] => {
      const before = stored[index] ?? null;
      const judgement = judgeCopy(document, before);
      if (judgement !== "missing" && judgement !== "earlier") return [];
      return [{ document, push: document.push, before: before?.push ?? null }];
    });
    // If this is not the first round, a write has failed, perhaps because another push has the number.
    return round === 0 ? writes : withFreeNumbers(writes);
  }

  async function withFreeNumbers(writes: readonly Write[]): Promise<Write[]> {
    const added = writes.filter(({ before }) => before === null);
    const numbers = await freeNumbers(
      added.map(({ document, push }) => [document.id, push.rest_id]),
      (asked) =>
        resultsets.find(withNumberIn(asked), { projection: { rest_id: 1 }, ...inOneReply }).toArray(),
    );
    return writes.map((each) =>
      each.before === null ? { ...each, push: withNumber(each.push, numbers.of(each.document.id)) } : each,
    );
  }

  return {
    page: (query) => {
      const listed = query.since === null ? {} : { order_at: { $gte: arrivalSeconds(query.since) } };
      return readPage(resultsets.find({ _id: projectIdsBehind(query), ...listed }), toCopy);
    },
    find,
    async write(documents) {
      const written = await writeInRounds(documents, plan, (writes) =>
        writeAll(resultsets, writes.map(toOperation)),
      );
      const renumbered = written.filter(({ document, push }) => document.push.rest_id !== push.rest_id);
      return endsOf(documents, written, renumbered.length);
    },
  };
}

function toCopy(document: ResultSetDocument): Copied<"push"> {
  return { kind: "push", id: document._id, push: toResultSet(document) };
}

function toOperation({ document, push, before }: Write): AnyBulkWriteOperation<ResultSetDocument> {
  const { id: _id } = document;
  const revision_keys = revisionKeys(push);
  if (before === null) return { insertOne: { document: { _id, ...push, revision_keys } } };
  const { revision, push_timestamp } = before;
  // The number is left out, because a push of an earlier version may not have a number yet.
  const { rest_id: _kept, ...merged } = mergePush(push, before);
  return {
    updateOne: {
      filter: { _id, revision, push_timestamp },
      update: { $set: { ...merged, revision_keys }, $unset: { leaving_since: "" } },
    },
  };
}
