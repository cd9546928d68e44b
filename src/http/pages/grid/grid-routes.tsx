import type { FastifyPluginAsync, FastifyReply } from "fastify";
import { shortRevision } from "../../../domain/result-set.ts";
import { GridModel } from "../../../queries/grid/grid-model.ts";
import { listGrid, type PushList } from "../../../queries/grid/list-grid.ts";
import { writePushCursor } from "../../../queries/grid/push-cursor.ts";
import { EventLoopTurns } from "../../../timing/event-loop-turns.ts";
import { readGridView } from "../../../web/grid/grid-address.ts";
import type { PushesAnswer } from "../../../web/grid/grid-answers.ts";
import type { GridView } from "../../../web/grid/grid-view.ts";
import { MAX_JOBS } from "../../../web/grid/job-counts.ts";
import { showPush } from "../../../web/grid/shown-push.ts";
import type { IsTrusted } from "../../server/client-address.ts";
import { sendJson, sendJsonBytes } from "../../server/send-json.ts";
import type { PageParts } from "../page-parts.ts";
import { PageRefused } from "../serve/page-refused.ts";
import { sendPage } from "../serve/send-page.tsx";
import { drawGrid } from "./draw-grid.tsx";
import { cellsJson } from "./grid-data.ts";
import { gridEvents } from "./grid-events.ts";
import { gridPanel } from "./grid-panel.tsx";
import { queryOf, questionOf, readPath } from "./grid-question.ts";

const MAX_HOT_PUSHES = 50;
const MAX_HOT_BYTES = 64 * 1024 * 1024;
/** The most pushes in one request for jobs. */
const MAX_ASKED = 50;

/** The grid at `/projects/P` and `/projects/P/pushes/REV`, with its JSON and its events. */
export function gridRoutes(parts: PageParts, isTrusted: IsTrusted): FastifyPluginAsync {
  const { store, now } = parts;
  const model = new GridModel({
    store,
    maxPushes: MAX_HOT_PUSHES,
    maxBytes: MAX_HOT_BYTES,
    maxJobs: MAX_JOBS,
    now,
  });

  async function sendGrid(reply: FastifyReply, view: GridView): Promise<FastifyReply> {
    const [list, panel] = await Promise.all([pushesOf(view), gridPanel(parts, view)]);
    const pushes = [];
    const turns = new EventLoopTurns();
    for (const row of list.pushes) {
      pushes.push({ row, hot: await model.look(row.id) });
      await turns.giveIfDue();
    }
    const isKnown = pushes.length > 0 || (await store.hasProject(view.project));
    const main = drawGrid({ view, pushes, next: cursorOf(list), panel });
    const { project, revision } = view;
    const title = revision === null ? project : `${shortRevision(revision)} · ${project}`;
    return sendPage(reply, parts, { title, project, entry: "grid-page", main }, isKnown ? 200 : 404);
  }

  /** @throws PageRefused if the project has no such push. */
  async function pushesOf(view: GridView): Promise<PushList> {
    const list = await listGrid(store, questionOf(view));
    if (list !== null) return list;
    throw new PageRefused(
      404,
      `The project has no push with the revision ${view.revision}.`,
      "No message about it has arrived, or it was deleted for its age. Check the revision, or look why a job of it is missing.",
    );
  }

  return async (app) => {
    app.get("/projects/:project", async (request, reply) => {
      const { project } = readPath(request.params);
      return sendGrid(reply, readGridView(project, null, queryOf(request.url)));
    });
    app.get("/projects/:project/pushes/:revision", async (request, reply) => {
      const { project, revision } = readPath(request.params);
      return sendGrid(reply, readGridView(project, revision, queryOf(request.url)));
    });
    app.get("/api/projects/:project/pushes", async (request, reply) => {
      const { project } = readPath(request.params);
      const query = queryOf(request.url);
      const list = await pushesOf(readGridView(project, query.get("revision"), query));
      const answer: PushesAnswer = { pushes: list.pushes.map(showPush), next: cursorOf(list) };
      return sendJson(reply, 200, answer);
    });
    app.get("/api/projects/:project/cells", async (request, reply) => {
      const { project } = readPath(request.params);
      const query = queryOf(request.url);
      const revisions = query.getAll("push").slice(0, MAX_ASKED);
      return sendJsonBytes(
        reply,
        await cellsJson(model, { project, revisions, after: query.get("after") ?? "" }),
      );
    });
    app.register(gridEvents(parts, model, isTrusted));
  };
}

function cursorOf({ next }: PushList): string | null {
  return next === null ? null : writePushCursor(next);
}
