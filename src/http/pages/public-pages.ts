import type { PublicPages } from "../public/start-public.ts";
import { setPageHeaders } from "./page-headers.ts";
import type { PageParts } from "./page-parts.ts";
import { pagesPlugin } from "./pages-plugin.ts";
import { sendErrorPage } from "./send-error-page.tsx";

/** Returns the pages in the form in which the public listener takes them. */
export function publicPages(parts: PageParts): PublicPages {
  return {
    plugin: (isTrusted) => pagesPlugin(parts, isTrusted),
    setHeaders: setPageHeaders,
    sendProblem: (request, reply, problem) => sendErrorPage(parts, request, reply, problem),
  };
}
