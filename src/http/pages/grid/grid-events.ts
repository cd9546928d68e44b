import type { FastifyPluginAsync } from "fastify";
import type { GridModel } from "../../../queries/grid/grid-model.ts";
import type { GridWatch } from "../../../queries/grid/grid-viewer.ts";
import { type GridEvent, LiveGrid, type PushChanges } from "../../../queries/grid/live-grid.ts";
import type { CellsOfPush, ChangesEvent, UnwatchedEvent } from "../../../web/grid/grid-answers.ts";
import { showPush } from "../../../web/grid/shown-push.ts";
import type { IsTrusted } from "../../server/client-address.ts";
import type { PageParts } from "../page-parts.ts";
import { PageRefused } from "../serve/page-refused.ts";
import { clientOf } from "../serve/page-requests.ts";
import { EventStream } from "./event-stream.ts";
import { cellsOfPush, withPushes } from "./grid-data.ts";
import { queryOf, readPath } from "./grid-question.ts";

/** How often the store is asked for changes while a page is open, in milliseconds. */
const EVERY_MS = 2000;
/** About as many cells as can be written in one turn of the event loop. */
const CELLS_OF_EVENT = 2000;
/** How long a page that gets no stream should wait before it tries again, in seconds. */
const RETRY_SECONDS = 60;

/** The route `/api/projects/P/events`, which sends the changes of pushes as server-sent events while a page is open. */
export function gridEvents(
  { store, settings, log }: Pick<PageParts, "store" | "settings" | "log">,
  model: GridModel,
  isTrusted: IsTrusted,
): FastifyPluginAsync {
  const onBug = (error: unknown): void => log.error("bug", { what: "grid events", error });
  const live = new LiveGrid({ store, model, everyMs: EVERY_MS, cellsOfEvent: CELLS_OF_EVENT, onBug });
  /** The open streams, each with the address of its client. */
  const streams = new Map<EventStream, string>();

  return async (app) => {
    app.addHook("preClose", async () => {
      for (const stream of streams.keys()) stream.close();
    });
    // A HEAD request would open a stream that nobody reads, and that would therefore never end.
    const asGetOnly = { exposeHeadRoute: false };
    app.get("/api/projects/:project/events", asGetOnly, async (request, reply) => {
      const from = clientOf(request, isTrusted).from;
      refuseSurplus([...streams.values()], from, settings.PAGES_MAX_STREAMS);
      const { project } = readPath(request.params);
      const resumed = request.headers["last-event-id"];
      const watch = watchOf(project, queryOf(request.url), typeof resumed === "string" ? resumed : null);
      const stream = new EventStream();
      streams.set(stream, from);
      const end = live.open(watch, (event) => sendEvent(stream, event));
      stream.onClose(() => {
        streams.delete(stream);
        end();
      });
      return reply
        .headers({
          "content-type": "text/event-stream",
          // Some proxies hold an answer back until it is complete.
          "x-accel-buffering": "no",
        })
        .send(stream.body);
    });
  };
}

/** @param resumed - the position of the last event that the browser got; null if this is its first connection. */
function watchOf(project: string, query: URLSearchParams, resumed: string | null): GridWatch {
  const since = Number.parseInt(query.get("since") ?? "", 10);
  return {
    project,
    revisions: query.getAll("push"),
    follows: query.has("newest")
      ? {
          author: query.get("author"),
          since: Number.isNaN(since) ? null : since,
          isWhole: query.has("whole"),
        }
      : null,
    after: resumed ?? query.get("after") ?? "",
  };
}

/**
 * Enforces the limits on open streams. One client may have at most half of them, so that it cannot shut out all others.
 *
 * @param open - the address of each open stream's client.
 * @throws PageRefused if there is no stream for this client.
 */
function refuseSurplus(open: readonly string[], from: string, most: number): void {
  const mostOfOne = Math.ceil(most / 2);
  const own = open.filter((address) => address === from).length;
  if (open.length < most && own < mostOfOne) return;
  const text = open.length < most ? `${own} pages of ${from} get` : `${open.length} pages get`;
  throw new PageRefused(
    503,
    `${text} live changes already.`,
    "The page asks for changes every minute instead.",
    RETRY_SECONDS,
  );
}

function sendEvent(stream: EventStream, event: GridEvent): Promise<void> {
  switch (event.kind) {
    case "changes": {
      const { heads, pushes, position } = event;
      const head = { position, heads: heads.map(showPush), pushes: [] as const } satisfies ChangesEvent;
      return stream.send("changes", withPushes(head, pushes.map(changesJson)), position);
    }
    case "unwatched":
      return stream.send(
        "unwatched",
        JSON.stringify({ revisions: event.revisions } satisfies UnwatchedEvent),
      );
    default:
      return stream.send(event.kind, "{}");
  }
}

const written = new WeakMap<PushChanges, string>();

/** Writes the changes of a push as JSON, once for all pages that get them. */
function changesJson(changes: PushChanges): string {
  const known = written.get(changes);
  if (known !== undefined) return known;
  const { revision, more, ...cells } = changes;
  const json = JSON.stringify({ ...cellsOfPush(revision, cells), more } satisfies CellsOfPush);
  written.set(changes, json);
  return json;
}
