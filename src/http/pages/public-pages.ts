import type { PublicPages } from "../public/start-public.ts";
import type { PageParts } from "./page-parts.ts";
import { pagesPlugin } from "./pages-plugin.ts";
import { pageHeaders } from "./serve/page-headers.ts";
import { sendErrorPage } from "./serve/send-error-page.tsx";

/** Returns the functions with which the public listener serves the pages. */
export function publicPages(parts: PageParts): PublicPages {
  const headers = pageHeaders(parts.settings.PAGES_REMOTE_IMAGES);
  return {
    plugin: (isTrusted) => pagesPlugin(parts, isTrusted),
    // The server itself sets `X-Content-Type-Options` on all of its answers.
    setHeaders: (reply) => void reply.headers(headers),
    sendProblem: (request, reply, problem) => sendErrorPage(parts, request, reply, problem),
  };
}
