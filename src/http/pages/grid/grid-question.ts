import * as z from "zod";
import type { GridQuestion } from "../../../queries/grid/list-grid.ts";
import { readPushCursor } from "../../../queries/grid/push-cursor.ts";
import type { GridView } from "../../../web/grid/grid-view.ts";
import { PageRefused } from "../serve/page-refused.ts";

const path = z.object({ project: z.string().min(1), revision: z.string().min(1).nullable().default(null) });

/** Returns the project and the revision that a path names. @throws PageRefused if it names no project. */
export function readPath(params: unknown): z.infer<typeof path> {
  const read = path.safeParse(params);
  if (read.success) return read.data;
  throw new PageRefused(404, "The address names no project.", "Choose one of all projects.");
}

/** Returns the query of a URL. Fastify's parsed query loses the order, and has an array for a repeated name. */
export function queryOf(url: string): URLSearchParams {
  return new URLSearchParams(url.split(/\?(.*)/s)[1] ?? "");
}

/** Returns the query for the pushes that a view shows. @throws PageRefused if the view's cursor is invalid. */
export function questionOf({ project, revision, author, since, until, before }: GridView): GridQuestion {
  const place = before === null ? null : readPushCursor(before);
  if (before !== null && place === null) {
    throw new PageRefused(
      400,
      "The address names no place in the list of pushes.",
      "Begin at the newest push.",
    );
  }
  return { project, revision, author, since, until, before: place };
}
