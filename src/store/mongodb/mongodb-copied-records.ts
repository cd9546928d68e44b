import { bindingId } from "../../domain/ids.ts";
import type { Copied } from "../ports/copy-store.ts";
import { type BindingDocument, toKnownBinding } from "./mongodb-binding-document.ts";
import type { Collections, CredentialDocument, NonceDocument } from "./mongodb-collections.ts";
import { createQuotaCopier, createRejectionCopier } from "./mongodb-copied-rejections.ts";
import {
  findInOrder,
  idsBehind,
  insertMissing,
  projectIdsBehind,
  readPage,
  type WalkedCopier,
  writeLargest,
} from "./mongodb-copier.ts";
import { completeOptions } from "./mongodb-options.ts";

/** Copies all documents other than jobs, their parts, and pushes. */
export function createRecordCopiers(all: Collections, rejectionTtlDays: number) {
  return {
    options: createOptionsCopier(all),
    coalesced: createCoalescedCopier(all),
    rejection: createRejectionCopier(all),
    quota: createQuotaCopier(all, rejectionTtlDays),
    binding: createBindingCopier(all),
    suspect: createSuspectCopier(all),
    credential: createCredentialCopier(all),
    nonce: createNonceCopier(all),
  };
}

function createOptionsCopier(all: Collections): WalkedCopier<"options"> {
  const { optionCollections: collection } = all;
  return {
    async page({ after }) {
      // Combinations of options from an earlier version are only stored when they are first read.
      if (after === null) await completeOptions(all);
      return readPage(collection.find({ _id: idsBehind(after) }), toOptions);
    },
    find: (refs) =>
      findInOrder(
        collection,
        refs.map(({ hash }) => hash),
        toOptions,
      ),
    write: (documents) =>
      insertMissing(
        collection,
        documents.map(({ hash: _id, options }) => ({ _id, options })),
      ),
  };
}

function toOptions({ _id: hash, options }: { _id: string; options: readonly string[] }): Copied<"options"> {
  return { kind: "options", hash, options };
}

function createCoalescedCopier({ coalesced }: Pick<Collections, "coalesced">): WalkedCopier<"coalesced"> {
  const toCopy = ({ _id: id, into_guid }: { _id: string; into_guid: string }): Copied<"coalesced"> => {
    return { kind: "coalesced", id, into_guid };
  };
  return {
    page: (query) => readPage(coalesced.find({ _id: projectIdsBehind(query) }), toCopy),
    find: (refs) =>
      findInOrder(
        coalesced,
        refs.map(({ id }) => id),
        toCopy,
      ),
    write: (documents) =>
      writeLargest(
        coalesced,
        documents.map(({ id: _id, into_guid }) => ({
          updateOne: { filter: { _id }, update: { $max: { into_guid } }, upsert: true },
        })),
      ),
  };
}

function createBindingCopier({ bindings }: Pick<Collections, "bindings">): WalkedCopier<"binding"> {
  type Named = Pick<Copied<"binding">, "queue" | "exchange" | "routing_key">;
  const idOf = ({ queue, exchange, routing_key }: Named) => bindingId(queue, exchange, routing_key);
  const toCopy = ({ queue, ...binding }: BindingDocument): Copied<"binding"> => {
    return { kind: "binding", queue, ...toKnownBinding(binding) };
  };
  return {
    page: ({ after }) => readPage(bindings.find({ _id: idsBehind(after) }), toCopy),
    find: (refs) => findInOrder(bindings, refs.map(idOf), toCopy),
    write: (documents) =>
      insertMissing(
        bindings,
        documents.map(({ kind: _kind, ...binding }) => ({ _id: idOf(binding), ...binding })),
      ),
  };
}

function createSuspectCopier({ suspects }: Pick<Collections, "suspects">): WalkedCopier<"suspect"> {
  type Stored = { _id: string; attempts: number; last_seen: Date };
  const toCopy = ({ _id: key, attempts, last_seen }: Stored): Copied<"suspect"> => {
    return { kind: "suspect", key, attempts, last_seen: last_seen.toISOString() };
  };
  return {
    page: ({ after }) => readPage(suspects.find({ _id: idsBehind(after) }), toCopy),
    find: (refs) =>
      findInOrder(
        suspects,
        refs.map(({ key }) => key),
        toCopy,
      ),
    write: (documents) =>
      writeLargest(
        suspects,
        documents.map(({ key: _id, attempts, last_seen }) => {
          const update = { $max: { attempts, last_seen: new Date(last_seen) } };
          return { updateOne: { filter: { _id }, update, upsert: true } };
        }),
      ),
  };
}

function createCredentialCopier({
  credentials,
}: Pick<Collections, "credentials">): WalkedCopier<"credential"> {
  const toCopy = ({ _id: client_id, ...rest }: CredentialDocument): Copied<"credential"> => {
    return { kind: "credential", client_id, credential: { client_id, ...rest } };
  };
  return {
    page: ({ after }) => readPage(credentials.find({ _id: idsBehind(after) }), toCopy),
    find: (refs) =>
      findInOrder(
        credentials,
        refs.map(({ client_id }) => client_id),
        toCopy,
      ),
    write: (documents) =>
      insertMissing(
        credentials,
        documents.map(({ credential: { client_id: _id, ...rest } }) => ({ _id, ...rest })),
      ),
  };
}

function createNonceCopier({ nonces }: Pick<Collections, "nonces">): WalkedCopier<"nonce"> {
  const toCopy = ({ _id: id, expires_at, ...nonce }: NonceDocument): Copied<"nonce"> => {
    return { kind: "nonce", id, ...nonce, expires_at: expires_at.getTime() };
  };
  return {
    page: ({ after }) =>
      readPage(nonces.find({ _id: idsBehind(after), expires_at: { $gt: new Date() } }), toCopy),
    find: (refs) =>
      findInOrder(
        nonces,
        refs.map(({ id }) => id),
        toCopy,
      ),
    write: (documents) =>
      insertMissing(
        nonces,
        documents.map(({ id: _id, client_id, counted_as, at, expires_at }) => {
          return { _id, client_id, counted_as, at, expires_at: new Date(expires_at) };
        }),
      ),
  };
}
