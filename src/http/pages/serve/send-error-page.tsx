import type { FastifyReply, FastifyRequest } from "fastify";
import { ErrorView } from "../../../web/error-view.tsx";
import { sendDetail } from "../../rest/send-detail.ts";
import type { Problem } from "../../server/problem.ts";
import type { PageParts } from "../page-parts.ts";
import { drawMarkup } from "./markup.ts";
import { drawDocument, sendDrawn } from "./send-page.tsx";

/** The advice to readers by HTTP status, for problems without advice of their own. */
const advices: Readonly<Record<number, string>> = {
  400: "Check the address, or begin at one of these pages.",
  404: "The address may be mistyped, or what it names may have been removed. Begin at one of these pages.",
  405: "A page can only be read. Open it by its address, or begin at one of these pages.",
  500: "This is a bug in pulse-ingest. The operator can find the error in the log. Try again, or begin at one of these pages.",
};

/** Answers a request that failed, with a page if the client accepts HTML, otherwise with JSON. Works even without store and worker. */
export function sendErrorPage(
  parts: Pick<PageParts, "light" | "assets" | "settings">,
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem & { readonly advice?: string },
): FastifyReply {
  const { status, text } = problem;
  if (!wantsPage(request)) return sendDetail(reply, status, text);
  const advice = problem.advice ?? advices[status] ?? "Begin at one of these pages.";
  const sentence = /[.!?]$/.test(text) ? text : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  const main = drawMarkup(<ErrorView status={status} text={sentence} advice={advice} />);
  const page = { title: status === 404 ? "Not found" : `Error ${status}`, entry: null, main };
  return sendDrawn(reply.code(status), drawDocument(parts, page, parts.light.last()));
}

/** Returns whether to answer with a page. Under `/api/` all answers are JSON. */
function wantsPage({ url, headers }: FastifyRequest): boolean {
  return !/^\/+api\//.test(url) && /\btext\/html\b/.test(headers.accept ?? "");
}
