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

/** `/operate`: what is wrong, and how workers and store are doing; `/api/operate`: the same as JSON. */
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
      // The page is useful without the store, so this is not an error page.
      return sendPage(reply, parts, { title: titleOf(figures), entry: "operate-page", main });
    });
    app.get("/api/operate", async (_request, reply) => sendJson(reply, 200, await ask()));
  };
}

function titleOf({ problems }: OperateFigures): string {
  return problems.length === 0 ? "Operate" : `(${problems.length}) Operate`;
}
