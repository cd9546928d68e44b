import type { AnyBulkWriteOperation } from "mongodb";
import type { Copied } from "../ports/copy-store.ts";
import { judgeCopy } from "../rules/judge-copy.ts";
import { mergeRejection } from "../rules/merge-copy.ts";
import { quotaExpiry, quotaId } from "../rules/plan-rejections.ts";
import type { Collections, RejectionDocument } from "./mongodb-collections.ts";
import {
  type CopyWrite,
  endsOf,
  findInOrder,
  idsBehind,
  readPage,
  type WalkedCopier,
  writeAll,
  writeInRounds,
  writeLargest,
} from "./mongodb-copier.ts";
import { routeOf, toRejection } from "./mongodb-rejection-documents.ts";

interface RejectionWrite extends CopyWrite<Copied<"rejection">> {
  /** The stored rejection, which is in an earlier state; null if no rejection is stored. */
  readonly before: Copied<"rejection"> | null;
}

/** Copies rejections. Rejections are written by compare-and-set, because workers may count them at the same time. */
export function createRejectionCopier({
  rejections,
}: Pick<Collections, "rejections">): WalkedCopier<"rejection"> {
  const find = (refs: readonly { readonly id: string }[]) =>
    findInOrder(
      rejections,
      refs.map(({ id }) => id),
      toRejectionCopy,
    );

  async function plan(documents: readonly Copied<"rejection">[]): Promise<RejectionWrite[]> {
    const stored = await find(documents);
    return documents.flatMap((document, index): RejectionWrite[] => {
      const before = stored[index] ?? null;
      const judgement = judgeCopy(document, before);
      return judgement === "missing" || judgement === "earlier" ? [{ document, before }] : [];
    });
  }

  return {
    page({ project, since, after }) {
      const filter = {
        _id: idsBehind(after),
        ...(project === null ? {} : { project }),
        ...(since === null ? {} : { last_seen: { $gte: since } }),
        expires_at: { $gt: new Date() },
      };
      return readPage(rejections.find(filter), toRejectionCopy);
    },
    find,
    async write(documents) {
      const write = (writes: readonly RejectionWrite[]) => writeAll(rejections, writes.map(toRejectionWrite));
      return endsOf(documents, await writeInRounds(documents, plan, write));
    },
  };
}

function toRejectionCopy(document: RejectionDocument): Copied<"rejection"> {
  return { kind: "rejection", id: document._id, rejection: toRejection(document) };
}

function toRejectionWrite({ document, before }: RejectionWrite): AnyBulkWriteOperation<RejectionDocument> {
  const { id: _id, rejection } = document;
  const merged = before === null ? rejection : mergeRejection(rejection, before.rejection);
  const { project, task_id, fault, payload, first_seen, last_seen, count } = merged;
  const content = { project, task_id, fault, payload, first_seen, last_seen, count };
  const fields = { ...content, expires_at: new Date(merged.expires_at) };
  if (before === null) return { insertOne: { document: { _id, ...routeOf(rejection), ...fields } } };
  const { last_seen: seenBefore, count: countBefore } = before.rejection;
  return {
    updateOne: { filter: { _id, last_seen: seenBefore, count: countBefore }, update: { $set: fields } },
  };
}

/** Copies how much of its daily quotas of rejections each exchange has used. */
export function createQuotaCopier(
  { quotas }: Pick<Collections, "quotas">,
  rejectionTtlDays: number,
): WalkedCopier<"quota"> {
  type Stored = Omit<Copied<"quota">, "kind">;
  const toCopy = ({ day, exchange, kept, bytes, only_counted }: Stored): Copied<"quota"> => {
    return { kind: "quota", day, exchange, kept, bytes, only_counted };
  };
  return {
    page: ({ after }) => readPage(quotas.find({ _id: idsBehind(after) }), toCopy),
    find: (refs) => findInOrder(quotas, refs.map(quotaId), toCopy),
    write: (documents) =>
      writeLargest(
        quotas,
        documents.map((use) => {
          const { day, exchange, kept, bytes, only_counted } = use;
          const $setOnInsert = { day, exchange, expires_at: quotaExpiry(use, rejectionTtlDays) };
          const update = { $setOnInsert, $max: { kept, bytes, only_counted } };
          return { updateOne: { filter: { _id: quotaId(use) }, update, upsert: true } };
        }),
      ),
  };
}
