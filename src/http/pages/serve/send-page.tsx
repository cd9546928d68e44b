import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { blankUrls } from "../../../domain/text/blank-url.ts";
import { escapeInvisible } from "../../../domain/text/escape-invisible.ts";
import { PageShell } from "../../../web/page-shell.tsx";
import type { LightView } from "../../../web/worker-light.tsx";
import type { PageParts } from "../page-parts.ts";
import { drawAround, drawFrame, type Markup } from "./markup.ts";

/** A page to be sent. */
export interface Page {
  /** Its name in the browser's tab. Text from data is fine. */
  readonly title: string;
  /** The project that the page is about; by default null, for none. */
  readonly project?: string | null;
  /** The text in the search box; by default empty. */
  readonly search?: string;
  /** The script, such as `grid-page`; null for none. */
  readonly entry: string | null;
  /** The content of the main landmark. A large page gives it in pieces, which are sent as they are drawn. */
  readonly main: Markup | AsyncIterable<Markup>;
}

/** A page whose content has already been drawn. */
export type WholePage = Omit<Page, "main"> & { readonly main: Markup };

/** Sends a page. @param status - the HTTP status; default 200. */
export async function sendPage(
  reply: FastifyReply,
  parts: Pick<PageParts, "light" | "assets" | "settings" | "log">,
  page: Page,
  status = 200,
): Promise<FastifyReply> {
  // The browser may keep the page for its Back button, but requests it again on every visit.
  reply.code(status).header("cache-control", "private, no-cache");
  const light = await parts.light.ask();
  const { main } = page;
  if (isWhole(main)) return sendDrawn(reply, drawDocument(parts, { ...page, main }, light));
  const pieces = Readable.from(documentPieces(parts, { ...page, main }, light), { objectMode: false });
  return reply.header("content-type", HTML).send(pieces);
}

function isWhole(main: Page["main"]): main is Markup {
  return "html" in main;
}

/** Returns the whole document of a page. Passwords in URLs are blanked everywhere in it, because publishers may send any URL. */
export function drawDocument(
  parts: Pick<PageParts, "assets" | "settings">,
  page: WholePage,
  light: LightView,
): string {
  const { html } = drawAround(shellOf(parts, page, light), [page.main]);
  return `<!doctype html>${blankUrls(html)}\n`;
}

/**
 * Returns the document of a page piece by piece. The browser gets the beginning immediately, so that it can load the style sheet and
 * show the header while the rest is drawn.
 */
export async function* documentPieces(
  parts: Pick<PageParts, "assets" | "settings" | "log">,
  page: Omit<Page, "main"> & { readonly main: AsyncIterable<Markup> },
  light: LightView,
): AsyncGenerator<string> {
  const [before, after] = drawFrame(shellOf(parts, page, light));
  yield `<!doctype html>${blankUrls(before.html)}`;
  try {
    for await (const { html } of page.main) yield blankUrls(html);
  } catch (error) {
    // The browser already has the beginning, so no error page can be sent. It notices that the answer is incomplete.
    parts.log.error("bug", { what: "a page that is being sent", error });
    throw error;
  }
  yield `${blankUrls(after.html)}\n`;
}

function shellOf(
  { assets, settings }: Pick<PageParts, "assets" | "settings">,
  { title, project = null, search = "", entry }: Omit<Page, "main">,
  light: LightView,
) {
  return (place: string) => (
    <PageShell
      title={escapeInvisible(title)}
      project={project}
      search={search}
      light={light}
      operates={settings.operates}
      loadsImages={settings.PAGES_REMOTE_IMAGES}
      files={assets.filesOf(entry)}
    >
      {place}
    </PageShell>
  );
}

const HTML = "text/html; charset=utf-8";

/** Sends a document. */
export function sendDrawn(reply: FastifyReply, html: string): FastifyReply {
  return reply.header("content-type", HTML).send(Buffer.from(html));
}
