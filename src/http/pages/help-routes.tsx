import type { FastifyPluginAsync } from "fastify";
import { HelpView } from "../../web/help-view.tsx";
import type { PageParts } from "./page-parts.ts";
import { drawMarkup } from "./serve/markup.ts";
import { sendPage } from "./serve/send-page.tsx";

/** The page `/help`, about keys, colours and switches. */
export function helpRoutes(parts: PageParts): FastifyPluginAsync {
  return async (app) => {
    app.get("/help", async (_request, reply) =>
      sendPage(reply, parts, {
        title: "Help",
        entry: "help-page",
        main: drawMarkup(<HelpView />),
      }),
    );
  };
}
