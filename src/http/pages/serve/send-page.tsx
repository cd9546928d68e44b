import type { FastifyReply } from "fastify";
import { blankUrls } from "../../../domain/text/blank-url.ts";
import { escapeInvisible } from "../../../domain/text/escape-invisible.ts";
import { PageShell } from "../../../web/page-shell.tsx";
import type { LightView } from "../../../web/worker-light.tsx";
import type { PageParts } from "../page-parts.ts";
import { drawAround, type Markup } from "./markup.ts";

/** A page to be sent. */
export interface Page {
  /** Its name in the browser's tab. Text from data is fine. */
  readonly title: string;
  /** The project that it is about. Default: null, none. */
  readonly project?: string | null;
  /** What the search box holds. Default: nothing. */
  readonly search?: string;
  /** The script, such as `grid-page`; null for none. */
  readonly entry: string | null;
  /** The content of the main landmark. */
  readonly main: Markup;
}

/** Sends a page. @param status - the HTTP status; default 200. */
export async function sendPage(
  reply: FastifyReply,
  parts: Pick<PageParts, "light" | "assets" | "settings">,
  page: Page,
  status = 200,
): Promise<FastifyReply> {
  // It may be kept for the browser's own "back", but is asked for again on every visit.
  reply.code(status).header("cache-control", "private, no-cache");
  return sendDrawn(reply, drawDocument(parts, page, await parts.light.ask()));
}

/** Returns the whole document of a page. Passwords in URLs are blanked in all of it, because strangers write URLs. */
export function drawDocument(
  { assets, settings }: Pick<PageParts, "assets" | "settings">,
  { title, project = null, search = "", entry, main }: Page,
  light: LightView,
): string {
  const { html } = drawAround(
    (place) => (
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
    ),
    [main],
  );
  return `<!doctype html>${blankUrls(html)}\n`;
}

/** Sends a document. */
export function sendDrawn(reply: FastifyReply, html: string): FastifyReply {
  return reply.header("content-type", "text/html; charset=utf-8").send(Buffer.from(html));
}
