import type { FastifyPluginAsync } from "fastify";
import { acceptsCoding } from "../../server/accepts-coding.ts";
import { ASSETS_PATH, type Assets } from "./open-assets.ts";
import { PageRefused } from "./page-refused.ts";

/** Matches names that contain a hash of the content. Browsers may keep such files for ever, because changed content gets a new name. */
const hashedName = /\.[A-Z0-9]{8}\.(js|css)$/;

/** A fastify plugin that serves the bundles. */
export function assetRoutes(assets: Assets): FastifyPluginAsync {
  return async (app) => {
    app.get<{ Params: { file: string } }>(`${ASSETS_PATH}:file`, async (request, reply) => {
      const asset = assets.find(request.params.file);
      if (asset === null) {
        throw new PageRefused(
          404,
          "There is no such file.",
          "Reload the page: the server may have a newer version.",
        );
      }
      const accepted = request.headers["accept-encoding"];
      const chosen = asset.codings.find(({ coding }) => acceptsCoding(accepted, coding));
      if (chosen !== undefined) reply.header("content-encoding", chosen.coding);
      return reply
        .headers({
          "content-type": asset.type,
          "cache-control": hashedName.test(request.params.file)
            ? "public, max-age=31536000, immutable"
            : "no-cache",
          vary: "Accept-Encoding",
        })
        .send(chosen?.bytes ?? asset.plain);
    });
  };
}
