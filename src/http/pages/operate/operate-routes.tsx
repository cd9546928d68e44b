import type { FastifyPluginAsync } from "fastify";
import { askOperate } from "../../../queries/ask-operate.ts";
import type { OperateFigures } from "../../../web/operate/operate-figures.ts";
import { OperateView } from "../../../web/operate/operate-view.tsx";
import { sendJson } from "../../server/send-json.ts";
import type { PageParts } from "../page-parts.ts";
import { drawMarkup } from "../serve/markup.ts";
import { refuseOperating } from "../serve/refuse-operating.ts";
import { sendPage } from "../serve/send-page.tsx";
import { createWorkerStatuses, THIS_WORKER } from "./worker-statuses.ts";

/** The page `/operate` with problems and the state of workers and store, and the same as JSON at `/api/operate`. */
export function operateRoutes(parts: PageParts): FastifyPluginAsync {
  const { store, now } = parts;
  const statuses = createWorkerStatuses(parts);

  async function ask(): Promise<OperateFigures> {
    return askOperate({ store, workers: await statuses.ask(), thisWorker: THIS_WORKER, nowMs: now() });
  }

  return async (app) => {
    app.addHook("onRequest", async () => refuseOperating(parts));
    app.get("/operate", async (_request, reply) => {
      const figures = await ask();
      const main = drawMarkup(<OperateView figures={figures} />);
      // This is not an error page even if the store is away, because the rest of it is still useful.
      return sendPage(reply, parts, { title: titleOf(figures), entry: "operate-page", main });
    });
    app.get("/api/operate", async (_request, reply) => sendJson(reply, 200, await ask()));
  };
}

function titleOf({ problems }: OperateFigures): string {
  return problems.length === 0 ? "Operate" : `(${problems.length}) Operate`;
}
