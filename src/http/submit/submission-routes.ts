import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import type { CollectionKind } from "../../domain/collection.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import { type EndedJob, hasEnded, type MessageProgress } from "../../ingest/progress/message-progress.ts";
import type { Submit } from "../../ingest/progress/submit.ts";
import type { CollectionReading } from "../../judge/read-collection.ts";
import type { JobReads } from "../../store/ports/job-reads.ts";
import { EventLoopTurns } from "../../timing/event-loop-turns.ts";
import { isJson, refuseType } from "../rest/json-type.ts";
import { PROJECT_PATH } from "../rest/rest-plugin.ts";
import { sendDetail, sendTryLater } from "../rest/send-detail.ts";
import { sendJson } from "../server/send-json.ts";
import { bodyProperties } from "./body-properties.ts";
import { FORBIDDEN } from "./forbidden.ts";
import { inOrder, itemResult } from "./item-results.ts";
import { malformedDetail } from "./malformed-detail.ts";
import { sendResults } from "./send-results.ts";

export interface SubmissionOptions {
  readonly submit: Submit;
  /** Reads a body and finds its items. */
  readonly read: (body: Buffer, kind: CollectionKind, project: string) => Promise<CollectionReading>;
  readonly reads: Pick<JobReads, "findResultSets">;
}

interface Collection {
  readonly kind: CollectionKind;
  /** The message of the answer if at least one item was accepted. Old clients may look for it. */
  readonly message: string;
  /** The message for an empty list; null if an empty list is an error. */
  readonly nothing: string | null;
}

/** The collections that clients may post. See spec/rest-submission.md 2. */
const collections: readonly Collection[] = [
  { kind: "resultset", message: "well-formed JSON stored", nothing: null },
  { kind: "jobs", message: "Job successfully updated", nothing: "Job successfully updated" },
  {
    kind: "artifact",
    message: "Artifacts stored successfully",
    nothing: "Artifacts stored successfully",
  },
];

/** A fastify plugin with the routes to which clients post collections of result sets, jobs and artifacts. */
export function submissionPlugin(options: SubmissionOptions): FastifyPluginAsync {
  return async (scope) => {
    for (const collection of collections) {
      const { kind } = collection;
      scope.route<{ Params: { project: string } }>({
        method: "POST",
        url: `${PROJECT_PATH}/${kind}/`,
        handler: (request, reply) => postCollection(request, reply, collection, options),
      });
    }
  };
}

/** Handles one collection: checks it, submits its items, waits until they are durable, and answers with one result for each. */
async function postCollection(
  request: FastifyRequest<{ Params: { project: string } }>,
  reply: FastifyReply,
  { kind, message, nothing }: Collection,
  { submit, read, reads }: SubmissionOptions,
): Promise<FastifyReply> {
  const receivedAtMs = Date.now();
  const { project } = request.params;
  const { client = null, body } = request.checked ?? { body: Buffer.alloc(0) };
  if (client === null || !client.mayWriteTo(project)) return sendDetail(reply, 403, FORBIDDEN);
  if (!isJson(request.headers["content-type"])) return refuseType(request, reply);

  const collection = await read(body, kind, project);
  if (!collection.ok) {
    const { kind: trouble, detail } = collection;
    if (trouble === "malformed") return sendDetail(reply, 400, malformedDetail(detail, request.headers));
    return sendDetail(reply, trouble === "too-many-items" ? 413 : 400, detail);
  }
  const { reading } = collection;
  if (reading.jobs === 0) {
    return nothing === null
      ? sendDetail(reply, 400, "The list is empty: there is no result set to store.")
      : sendJson(reply, 200, { message: nothing, results: [] });
  }

  const answer = await submit({
    origin: { kind: "rest", clientId: client.clientId, endpoint: `/api/project/${project}/${kind}/` },
    receivedAtMs,
    raw: { body, oversize: null, properties: bodyProperties(request.headers) },
    read: () => reading,
    suspectKey: null,
    spoolable: null,
    waitsForStore: false,
  });
  if (answer.kind === "spooled" || !hasEnded(answer.progress)) {
    return sendTryLater(
      reply,
      "The database cannot be reached, so not all items are stored. Send them all again later.",
    );
  }
  // Submitting has just gone through all items, and the next steps do so again. With many items, both in one turn would block the event loop.
  await new EventLoopTurns().give();
  const items = inOrder(answer.progress);
  if (items.some(({ outcome }) => outcome === "failed")) {
    const detail =
      "Some items failed because of a bug in pulse-ingest. The operator can find the error in the log.";
    return sendResults(reply, 500, { detail }, items);
  }
  if (items.every(({ outcome }) => outcome === "rejected")) {
    return sendResults(reply, 400, { detail: rejectedDetail(items) }, items);
  }
  if (kind !== "resultset") return sendResults(reply, 200, { message }, items);
  const resultsets = await pushRows(answer.progress, project, reads);
  return sendResults(reply, 200, { message, resultsets }, items);
}

function rejectedDetail(items: readonly EndedJob[]): string {
  const [item] = items;
  const [first] = item === undefined ? [] : itemResult(item).errors;
  const why =
    first === undefined ? "" : ` The first error is at ${JSON.stringify(first.pointer)}: ${first.message}`;
  const what = items.length === 1 ? "The item was rejected." : `All ${items.length} items were rejected.`;
  return `${what}${why}`;
}

/** Returns one row for each push that the collection names by revision or hash, whether new or old. See spec/rest-submission.md 2.1. */
async function pushRows(
  { ended }: MessageProgress,
  project: string,
  reads: SubmissionOptions["reads"],
): Promise<readonly object[]> {
  const accepted = ended.filter(({ outcome }) => outcome !== "rejected");
  const named = accepted.map(({ guid, keptPush }) => keptPush ?? guid ?? "");
  const pushes = await reads.findResultSets(project, [...new Set(named)]);
  return pushes.map(pushRow);
}

function pushRow(push: ResultSet): object {
  return {
    id: push.rest_id,
    short_revision: push.short_revision,
    long_revision: push.revision,
    revision_hash: push.revision_hash,
    push_timestamp: push.push_timestamp,
  };
}
