import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { Unavailable } from "../../domain/faults.ts";
import { compressAnswers } from "../rest/compress-answers.ts";
import type { IsTrusted } from "../server/client-address.ts";
import { errorStatus } from "../server/create-server.ts";
import type { PageParts } from "./page-parts.ts";
import { pageRoutes } from "./page-routes.ts";
import { assetRoutes } from "./serve/asset-routes.ts";
import { PageRefused } from "./serve/page-refused.ts";
import {
  clientOf,
  isForeignQuestion,
  MAX_QUERY_BYTES,
  postProblem,
  sourceOf,
} from "./serve/page-requests.ts";
import { sendErrorPage } from "./serve/send-error-page.tsx";

const RETRY_AFTER_SECONDS = 5;

/** A fastify plugin with all pages, their JSON and the bundles. */
export function pagesPlugin(parts: PageParts, isTrusted: IsTrusted): FastifyPluginAsync {
  return async (scope) => {
    scope.addHook("onRequest", async (request) => checkQuestion(request, isTrusted));
    scope.setErrorHandler((error, request, reply) => answerError(parts, error, request, reply));
    scope.register(assetRoutes(parts.assets));
    scope.register(async (drawn) => {
      compressAnswers(drawn);
      for (const routes of pageRoutes) drawn.register(routes(parts, isTrusted));
    });
  };
}

/** @throws PageRefused for a request that our pages do not make. */
function checkQuestion(request: FastifyRequest, isTrusted: IsTrusted): void {
  const { url, method } = request;
  const query = url.slice(url.indexOf("?") + 1);
  if (url.includes("?") && Buffer.byteLength(query) > MAX_QUERY_BYTES) {
    throw new PageRefused(
      414,
      `The address is too long: its query may have up to ${MAX_QUERY_BYTES} bytes.`,
      "Remove some of the filters.",
    );
  }
  const source = sourceOf(request, clientOf(request, isTrusted).hostHeader);
  if (method === "POST") refusePost(source);
  // The path of the route, because `url` may be a whole URL or contain percent-encoded letters.
  const path = request.routeOptions.url ?? url;
  if (path.startsWith("/api/") && isForeignQuestion(source)) {
    throw new PageRefused(403, "This data is only for the pages of this server.", "Open the page itself.");
  }
}

function refusePost(source: Parameters<typeof postProblem>[0]): void {
  switch (postProblem(source)) {
    case "type":
      throw new PageRefused(415, "Send JSON or a form.", "Use the form of the page.");
    case "foreign":
      throw new PageRefused(
        403,
        "This form belongs to a page of another server.",
        "Use the form of the page.",
      );
    case null:
  }
}

function answerError(
  parts: PageParts,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof PageRefused) {
    const { status, message: text, advice, retryAfterSeconds } = error;
    if (retryAfterSeconds !== null) reply.header("retry-after", String(retryAfterSeconds));
    return sendErrorPage(parts, request, reply, { status, text, advice });
  }
  if (error instanceof Unavailable) {
    reply.header("retry-after", String(RETRY_AFTER_SECONDS));
    const text = "The database cannot be reached.";
    return sendErrorPage(parts, request, reply, { status: 503, text, advice: "Try again in a few seconds." });
  }
  const status = errorStatus(error);
  if (status === 500) parts.log.error("bug", { what: "pages", path: request.url.split("?")[0], error });
  const text = status === 500 ? "An internal error occurred." : "This request cannot be answered.";
  return sendErrorPage(parts, request, reply, { status, text });
}
