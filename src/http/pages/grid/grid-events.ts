import type { FastifyPluginAsync } from "fastify";
import type { GridModel } from "../../../queries/grid/grid-model.ts";
import { type GridEvent, type GridWatch, LiveGrid } from "../../../queries/grid/live-grid.ts";
import type { ChangesEvent, UnwatchedEvent } from "../../../web/grid/grid-answers.ts";
import { showPush } from "../../../web/grid/shown-push.ts";
import type { PageParts } from "../page-parts.ts";
import { PageRefused } from "../serve/page-refused.ts";
import { EventStream } from "./event-stream.ts";
import { cellsOfPush } from "./grid-data.ts";
import { queryOf, readPath } from "./grid-question.ts";

/** How often the store is asked for changes while a page is open, in milliseconds. */
const EVERY_MS = 2000;
/** About how many cells can be written in one turn of the event loop. */
const CELLS_OF_EVENT = 2000;
/** When a page that gets no stream may try again. */
const RETRY_SECONDS = 60;

/** `/api/projects/P/events`: changes of pushes as server-sent events, while a page is open. */
export function gridEvents(
  { store, settings, log }: Pick<PageParts, "store" | "settings" | "log">,
  model: GridModel,
): FastifyPluginAsync {
  const onBug = (error: unknown): void => log.error("bug", { what: "grid events", error });
  const live = new LiveGrid({ store, model, everyMs: EVERY_MS, cellsOfEvent: CELLS_OF_EVENT, onBug });
  const streams = new Set<EventStream>();

  return async (app) => {
    app.addHook("preClose", async () => {
      for (const stream of streams) stream.close();
    });
    // A HEAD would open a stream that nobody reads, and that therefore never ends.
    const asGetOnly = { exposeHeadRoute: false };
    app.get("/api/projects/:project/events", asGetOnly, async (request, reply) => {
      if (streams.size >= settings.PAGES_MAX_STREAMS) {
        throw new PageRefused(
          503,
          `${settings.PAGES_MAX_STREAMS} pages get changes at once already.`,
          "The page asks for changes every minute instead.",
          RETRY_SECONDS,
        );
      }
      const { project } = readPath(request.params);
      const resumed = request.headers["last-event-id"];
      const watch = watchOf(project, queryOf(request.url), typeof resumed === "string" ? resumed : null);
      const stream = new EventStream();
      streams.add(stream);
      const end = live.open(watch, (event) => sendEvent(stream, event));
      stream.onClose(() => {
        streams.delete(stream);
        end();
      });
      return reply
        .headers({
          "content-type": "text/event-stream",
          // Some proxies hold an answer back until it is whole.
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

function sendEvent(stream: EventStream, event: GridEvent): void {
  switch (event.kind) {
    case "changes": {
      const { heads, pushes, position } = event;
      const data: ChangesEvent = {
        position,
        heads: heads.map(showPush),
        pushes: pushes.map(({ revision, ...changes }) => cellsOfPush(revision, changes)),
      };
      stream.send("changes", data, position);
      return;
    }
    case "unwatched":
      stream.send("unwatched", { revisions: event.revisions } satisfies UnwatchedEvent);
      return;
    default:
      stream.send(event.kind, {});
  }
}
