import type { FastifyPluginAsync } from "fastify";
import * as z from "zod";
import { faultMeanings, isFaultReason } from "../../../domain/explain-fault.ts";
import { Misuse } from "../../../domain/faults.ts";
import type { StoredRejection } from "../../../domain/rejection.ts";
import { timeOrAge } from "../../../domain/text/time-or-age.ts";
import { findByPrefix, noSuchRejection } from "../../../queries/find-rejection.ts";
import { listedRejection, rejectionDetails } from "../../../queries/rejection-details.ts";
import type { RejectionQuery } from "../../../store/ports/rejection-reads.ts";
import type { RejectionQuestion } from "../../../web/addresses.ts";
import { RejectionListView } from "../../../web/operate/rejection-list-view.tsx";
import { RejectionView } from "../../../web/operate/rejection-view.tsx";
import type { RejectionListing } from "../../../web/operate/shown-rejections.ts";
import { sendJson } from "../../server/send-json.ts";
import type { PageParts } from "../page-parts.ts";
import { drawMarkup } from "../serve/markup.ts";
import { PageRefused } from "../serve/page-refused.ts";
import { refuseOperating } from "../serve/refuse-operating.ts";
import { sendPage } from "../serve/send-page.tsx";

const PAGE = 50;

const field = z
  .string()
  .trim()
  .max(1000)
  .transform((text) => (text === "" ? undefined : text))
  .optional();
const asked = z.object({
  ...{ exchange: field, routing_key: field, client: field, project: field, task: field },
  ...{ reason: field, id: field, since: field, until: field, after: field },
});
/** The position where a page ended: the time and the id of its last rejection. */
const place = z.tuple([z.iso.datetime(), z.string().regex(/^[0-9a-f]{1,64}$/)]);

/** The list of rejected messages at `/operate/rejections`, or as JSON at `/api/rejections`, and each one at `/operate/rejections/ID`. */
export function rejectionRoutes(parts: PageParts): FastifyPluginAsync {
  const { store, now } = parts;

  async function list(query: unknown): Promise<RejectionListing> {
    const question = readQuestion(query);
    const found = await store.listRejectionHeads({ ...toQuery(question, now()), limit: PAGE + 1 });
    const page = found.slice(0, PAGE);
    const last = page.at(-1);
    return {
      question,
      at: new Date(now()).toISOString(),
      rejections: page.map(listedRejection),
      next: found.length > PAGE && last !== undefined ? `${last.last_seen}~${last.id}` : null,
    };
  }

  return async (app) => {
    app.addHook("onRequest", async () => refuseOperating(parts));
    app.get("/operate/rejections", async (request, reply) => {
      const listing = await list(request.query);
      const main = drawMarkup(<RejectionListView listing={listing} reasons={Object.keys(faultMeanings)} />);
      return sendPage(reply, parts, { title: "Rejected messages", entry: "help-page", main });
    });
    app.get<{ Params: { id: string } }>("/operate/rejections/:id", async (request, reply) => {
      const rejection = await findOne(parts, request.params.id);
      const title = `Rejected: ${rejection.task_id ?? rejection.id.slice(0, 12)}`;
      const main = drawMarkup(<RejectionView rejection={rejectionDetails(rejection)} />);
      return sendPage(reply, parts, { title, entry: "help-page", main });
    });
    app.get("/api/rejections", async (request, reply) => sendJson(reply, 200, await list(request.query)));
  };
}

/**
 * Finds a rejection by its id or by the beginning of its id.
 *
 * @throws PageRefused if no rejection has such an id, or if several have.
 */
async function findOne({ store }: PageParts, id: string): Promise<StoredRejection> {
  const found = await findByPrefix(store, id).catch((error: unknown) => {
    if (error instanceof Misuse)
      throw new PageRefused(404, "This is not the id of a rejection.", LOOK_IN_LIST);
    throw error;
  });
  if (found === null) throw new PageRefused(404, noSuchRejection(id), LOOK_IN_LIST);
  return found;
}

const LOOK_IN_LIST = "Look for it in the list of rejected messages, /operate/rejections.";

/** @throws PageRefused if a filter is invalid. */
function readQuestion(query: unknown): RejectionQuestion {
  const read = asked.safeParse(query);
  if (!read.success) {
    throw new PageRefused(400, "Each filter may be given once, with up to 1000 characters.", FIX_FILTER);
  }
  const given = Object.entries(read.data).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return Object.fromEntries(given);
}

const FIX_FILTER = "Correct the filter, or remove it.";

function toQuery(question: RejectionQuestion, nowMs: number): Omit<RejectionQuery, "limit"> {
  const {
    exchange,
    routing_key,
    client: client_id,
    project,
    task: task_id,
    reason,
    id,
    since,
    until,
    after,
  } = question;
  if (reason !== undefined && !isFaultReason(reason)) {
    throw new PageRefused(400, `There is no reason ${reason}.`, FIX_FILTER);
  }
  return {
    ...(exchange !== undefined && { exchange }),
    ...(routing_key !== undefined && { routing_key }),
    ...(client_id !== undefined && { client_id }),
    ...(project !== undefined && { project }),
    ...(task_id !== undefined && { task_id }),
    ...(reason !== undefined && { reason }),
    ...(id !== undefined && { id_prefix: readPrefix(id) }),
    ...(since !== undefined && { since: readTime("Since", since, nowMs) }),
    ...(until !== undefined && { until: readTime("Until", until, nowMs) }),
    ...(after !== undefined && { after: readPlace(after) }),
  };
}

function readPrefix(text: string): string {
  const prefix = text.toLowerCase();
  if (/^[0-9a-f]{1,32}$/.test(prefix)) return prefix;
  throw new PageRefused(400, "The id of a rejection has up to 32 hexadecimal digits.", FIX_FILTER);
}

function readTime(label: string, text: string, nowMs: number): string {
  const time = timeOrAge(text, nowMs);
  if (time !== null) return time;
  throw new PageRefused(
    400,
    `${label} must be a time such as 2026-01-05T10:00:00Z, or how long ago, such as 12h.`,
    FIX_FILTER,
  );
}

function readPlace(text: string): { readonly last_seen: string; readonly id: string } {
  const read = place.safeParse(text.split("~"));
  if (!read.success)
    throw new PageRefused(400, "This page of the list does not exist.", "Begin at the first page.");
  const [last_seen, id] = read.data;
  return { last_seen, id };
}
