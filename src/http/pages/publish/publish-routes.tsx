import type { FastifyPluginAsync } from "fastify";
import * as z from "zod";
import { askRoad } from "../../../queries/road/ask-road.ts";
import { PublishView } from "../../../web/publish/publish-view.tsx";
import type { RoadView } from "../../../web/publish/road-view.ts";
import type { RoadQuestion } from "../../../web/road-question.ts";
import { sendJson } from "../../server/send-json.ts";
import { createWorkerStatuses } from "../operate/worker-statuses.ts";
import type { PageParts } from "../page-parts.ts";
import { drawMarkup } from "../serve/markup.ts";
import { PageRefused } from "../serve/page-refused.ts";
import { sendPage } from "../serve/send-page.tsx";

/** An empty field counts as not given. */
const field = z
  .string()
  .trim()
  .max(1000)
  .transform((text) => (text === "" ? null : text))
  .nullable()
  .default(null);
const asked = z.object({ task: field, exchange: field, routing_key: field, project: field });

/** The page `/publish`, which shows why a job is missing, and the same as JSON at `/api/road`. */
export function publishRoutes(parts: PageParts): FastifyPluginAsync {
  const { store, settings, rules, hasRegistry, now } = parts;
  const statuses = createWorkerStatuses(parts);

  async function check(question: RoadQuestion): Promise<RoadView> {
    const workers = (await statuses.ask()).flatMap(({ status }) => status ?? []);
    const acceptsProject = hasRegistry ? rules().acceptsProject : null;
    return askRoad(question, { store, workers, acceptsProject, nowMs: now() });
  }

  return async (app) => {
    app.get("/publish", async (request, reply) => {
      const question = readQuestion(request.query);
      const road = isEmpty(question) ? null : await check(question);
      const exchange = question.exchange ?? "";
      const view = { question, road, message: "", exchange, check: null, operates: settings.operates };
      const page = {
        title: question.task === null ? "Why is my job not showing?" : `Where is ${question.task}?`,
        project: null,
        ...(question.task !== null && { search: question.task }),
        entry: "publish-page",
        main: drawMarkup(<PublishView {...view} />),
      };
      return sendPage(reply, parts, page, statusOf(road));
    });
    app.get("/api/road", async (request, reply) => {
      const question = readQuestion(request.query);
      if (isEmpty(question)) {
        throw new PageRefused(
          400,
          "Give a task, an exchange with a routing_key, or a project.",
          "Use the form of /publish.",
        );
      }
      const road = await check(question);
      const status = statusOf(road);
      return status === 200
        ? sendJson(reply, 200, road)
        : sendJson(reply.header("retry-after", "5"), status, {
            detail: "The store does not answer now.",
            ...road,
          });
    });
  };
}

function statusOf(road: RoadView | null): number {
  return road?.is_store_away === true ? 503 : 200;
}

/** @throws PageRefused if a field is given twice, or is too long. */
function readQuestion(query: unknown): RoadQuestion {
  const read = asked.safeParse(query);
  if (read.success) return read.data;
  throw new PageRefused(
    400,
    "Each field may be given once, with up to 1000 characters.",
    "Use the form of /publish.",
  );
}

function isEmpty(question: RoadQuestion): boolean {
  return Object.values(question).every((value) => value === null);
}
