import { randomUUID } from "node:crypto";
import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";

declare const drawn: unique symbol;

/** HTML that components have drawn, in which all text is escaped. Only this file makes it, so no other string can get into a page. */
export interface Markup {
  readonly html: string;
  readonly [drawn]: true;
}

/** Draws an element. */
export function drawMarkup(element: VNode): Markup {
  return markup(renderToString(element));
}

/** Joins pieces that were drawn one after the other. A large page is drawn in pieces, so that the event loop gets turns in between. */
export function joinMarkup(pieces: readonly Markup[]): Markup {
  return markup(pieces.map(({ html }) => html).join(""));
}

/** Stands where pieces go. Nobody outside can know it, so no text from data can contain it. */
const PLACE = randomUUID();

/**
 * Draws an element around pieces that were drawn before.
 *
 * @param around - returns the element, with the text that it gets as the only child where the pieces go.
 */
export function drawAround(around: (place: string) => VNode, pieces: readonly Markup[]): Markup {
  const [before, after] = drawFrame(around);
  return joinMarkup([before, ...pieces, after]);
}

/** Draws an element around pieces that are not there yet. @returns what comes before the pieces, and what comes after them. */
export function drawFrame(around: (place: string) => VNode): readonly [before: Markup, after: Markup] {
  const [before = "", after = ""] = renderToString(around(PLACE)).split(PLACE);
  return [markup(before), markup(after)];
}

function markup(html: string): Markup {
  return { html } as Markup;
}
