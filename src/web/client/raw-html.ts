import type { Config, DOMPurify } from "dompurify";
import { linkAddress } from "../link-address.ts";
import {
  addressAttributes,
  addressSchemes,
  htmlElements,
  imageSchemes,
  plainAttributes,
  svgAttributes,
  svgElements,
} from "./raw-html-lists.ts";
import { rawHtmlStyle } from "./raw-html-style.ts";

/*
 * The only file that turns text into HTML. The text comes from a publisher and may be hostile, so DOMPurify turns it into a fragment with
 * only the listed elements and attributes, and the fragment is shown in a shadow root of its own.
 */

const addresses: ReadonlySet<string> = new Set(addressAttributes);

const config = {
  RETURN_DOM_FRAGMENT: true,
  ALLOWED_TAGS: [...htmlElements, ...svgElements],
  ALLOWED_ATTR: [...addressAttributes, ...plainAttributes, ...svgAttributes],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  // The hook below decides about addresses. Without this list, DOMPurify would test the values of all other attributes as addresses,
  // and drop those that do not look like one.
  ADD_URI_SAFE_ATTR: [...plainAttributes, ...svgAttributes],
  // A second barrier behind the hook. It must end like DOMPurify's own pattern, which lets addresses without a scheme pass.
  ALLOWED_URI_REGEXP:
    /^(?:(?:https?|ftp|mailto|tel|file|blob):|data:image\/|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i,
} as const satisfies Config;

/** The longest time without a turn for the browser, in milliseconds. A job may have a thousand values, and the page must stay usable. */
const TURN_MS = 30;

let loading: Promise<DOMPurify> | null = null;

/** Loads DOMPurify when it is needed for the first time: most jobs have no raw HTML. */
function loadPurifier(): Promise<DOMPurify> {
  loading ??= import("dompurify").then(({ default: purifier }) => {
    // Set once, because computing the sets of the configuration takes longer than sanitising most values.
    purifier.setConfig(config);
    purifier.addHook("uponSanitizeAttribute", (element, event) => {
      event.keepAttr = isKept(element, event.attrName, event.attrValue);
    });
    return purifier;
  });
  return loading;
}

/** Replaces the text of each raw HTML in an element with the HTML itself. */
export async function showRawHtml(root: ParentNode): Promise<void> {
  const waiting = [...root.querySelectorAll<HTMLElement>("[data-raw-html]")].filter(isWaiting);
  if (waiting.length === 0) return;
  const purifier = await loadPurifier();
  const allowsRemote = document.documentElement.hasAttribute("data-remote-images");
  const ready: { readonly place: HTMLElement; readonly fragment: DocumentFragment }[] = [];
  let turnBegan = performance.now();
  for (const place of waiting) {
    ready.push({ place, fragment: sanitise(purifier, place.textContent ?? "", allowsRemote) });
    if (performance.now() - turnBegan < TURN_MS) continue;
    await new Promise((resolve) => setTimeout(resolve));
    turnBegan = performance.now();
  }
  // All in one turn, because the browser lays out the page again after each turn that changes it.
  for (const { place, fragment } of ready) {
    // Another call may have been first, or the reader may have gone to another tab.
    if (!isWaiting(place) || !place.isConnected) continue;
    const shadow = place.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [styleSheet()];
    shadow.append(fragment);
  }
}

/** Returns a publisher's HTML without everything that is not allowed. */
function sanitise(purifier: DOMPurify, html: string, allowsRemote: boolean): DocumentFragment {
  // DOMPurify returns null for a frame set, although its types do not say so.
  const fragment: DocumentFragment | null = purifier.sanitize(html, config);
  if (fragment === null) return document.createDocumentFragment();
  openLinksBeside(fragment);
  replaceImages(fragment, allowsRemote);
  return fragment;
}

function isWaiting(place: HTMLElement): boolean {
  return place.shadowRoot === null;
}

let sheet: CSSStyleSheet | null = null;

function styleSheet(): CSSStyleSheet {
  if (sheet === null) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(rawHtmlStyle);
  }
  return sheet;
}

function isKept(element: Element, name: string, value: string): boolean {
  // SVG attributes may refer to something elsewhere with `url(…)`, which can also be written with backslashes.
  if (!addresses.has(name)) return !/url\s*\(|\\/i.test(value) || !svgAttributes.includes(name);
  const scheme = schemeOf(value);
  if (scheme === null) return false;
  if (name === "src" || name === "background") return isImageAddress(element, scheme, value);
  return addressSchemes.has(scheme);
}

function isImageAddress(element: Element, scheme: string, value: string): boolean {
  if (imageSchemes.has(scheme)) return true;
  return element.localName === "img" && /^\s*data:image\//i.test(value);
}

/** Returns the scheme of an address, as browsers read it; null if the address is invalid. */
function schemeOf(value: string): string | null {
  return URL.canParse(value, location.href) ? new URL(value, location.href).protocol : null;
}

function openLinksBeside(fragment: DocumentFragment): void {
  for (const each of fragment.querySelectorAll("[target]")) each.removeAttribute("target");
  for (const link of fragment.querySelectorAll("a[href], area[href]")) link.setAttribute("target", "_blank");
}

/** Replaces pictures from other hosts with links, because those hosts would learn who reads the page. The fragment is not shown yet. */
function replaceImages(fragment: DocumentFragment, allowsRemote: boolean): void {
  if (allowsRemote) return;
  for (const each of fragment.querySelectorAll("[background]")) each.removeAttribute("background");
  for (const image of fragment.querySelectorAll("img")) {
    const source = image.getAttribute("src");
    if (source !== null && !/^\s*data:/i.test(source)) image.replaceWith(linkTo(image, source));
  }
}

function linkTo(image: HTMLImageElement, source: string): HTMLElement {
  const name = image.getAttribute("alt") || source;
  // A link cannot contain another link.
  const isLinked = image.closest("a") !== null;
  const link = document.createElement(isLinked ? "span" : "a");
  link.textContent = `[image: ${name}]`;
  const address = linkAddress(source);
  if (!isLinked && address !== null) {
    link.setAttribute("href", address);
    link.setAttribute("target", "_blank");
  }
  return link;
}
