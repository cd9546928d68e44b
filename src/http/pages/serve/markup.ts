import { randomUUID } from "node:crypto";
import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";

declare const drawn: unique symbol;

/** HTML drawn by components, in which all text is escaped. Only this file creates it, so no other string can get into a page. */
export interface Markup {
  readonly html: string;
  readonly [drawn]: true;
}

/** Draws an element. */
export function drawMarkup(element: VNode): Markup {
  return markup(renderToString(element));
}

/** Joins pieces that were drawn separately. A large page is drawn in pieces, so that other requests get a turn in between. */
export function joinMarkup(pieces: readonly Markup[]): Markup {
  return markup(pieces.map(({ html }) => html).join(""));
}

/** The placeholder for pieces. It is random, so no text from data can contain it. */
const PLACE = randomUUID();

/**
 * Draws an element around pieces that have already been drawn.
 *
 * @param around - returns the element. Its argument must be the only child of the node that will contain the pieces.
 */
export function drawAround(around: (place: string) => VNode, pieces: readonly Markup[]): Markup {
  const [before, after] = drawFrame(around);
  return joinMarkup([before, ...pieces, after]);
}

/** Draws an element around pieces that will be drawn later. @returns the HTML before the pieces, and the HTML after them. */
export function drawFrame(around: (place: string) => VNode): readonly [before: Markup, after: Markup] {
  const [before = "", after = ""] = renderToString(around(PLACE)).split(PLACE);
  return [markup(before), markup(after)];
}

function markup(html: string): Markup {
  return { html } as Markup;
}
