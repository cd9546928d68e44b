/*
 * Focus in the grid. The Tab key moves from push to push: in each push, it reaches only the link that last had the focus. The arrow keys
 * move between the links of the pushes.
 */

interface Stop {
  readonly key: string;
  /** The key of its group; null if it is in no group. */
  readonly group: string | null;
}

/** The link of each push that the Tab key reaches. */
const stops = new WeakMap<Element, Stop>();

/** Selects the links of failures that nobody has explained yet. */
const UNCLASSIFIED = "a.job:is(.btn-orange, .btn-red, .btn-purple, .autoclassified)";

/** Makes a link the one that the Tab key reaches in its push. */
export function keepStop(link: HTMLElement): void {
  const section = link.closest(".push");
  if (section === null) return;
  makeStop(section, link);
  const group = symbolOf(link);
  stops.set(section, { key: keyOf(link), group: group === null ? null : keyOf(group) });
}

/**
 * Chooses the link that the Tab key reaches after a push has been redrawn: the same link, or if it no longer exists, the symbol of its
 * group, otherwise the first job.
 */
export function restoreStop(section: Element): HTMLElement | null {
  const last = stops.get(section);
  const links = last === undefined ? [] : [...section.querySelectorAll<HTMLElement>("a")];
  const linkOf = (key: string | null | undefined) => links.find((link) => keyOf(link) === key);
  const stop =
    linkOf(last?.key) ??
    linkOf(last?.group) ??
    section.querySelector<HTMLElement>("a.job") ??
    section.querySelector("a");
  if (stop !== null) makeStop(section, stop);
  return stop;
}

function makeStop(section: Element, link: HTMLElement): void {
  for (const other of section.querySelectorAll<HTMLElement>('a[tabindex="0"]')) other.tabIndex = -1;
  link.tabIndex = 0;
}

/** Returns a key that identifies a link before and after its push is redrawn. */
function keyOf(link: Element): string {
  const { group } = link instanceof HTMLElement ? link.dataset : {};
  return group ?? `${link.classList[0]} ${link.getAttribute("href")}`;
}

/** Returns the symbol of the group that contains a link of the grid; null if it is in no group. */
export function symbolOf(link: Element | null): HTMLElement | null {
  return link?.closest(".group")?.querySelector<HTMLElement>("a.group-symbol") ?? null;
}

/** Returns the link of the grid that has the focus. */
export function focusedLink(root: Element): HTMLElement | null {
  const { activeElement } = document;
  return activeElement instanceof HTMLElement && root.contains(activeElement)
    ? activeElement.closest<HTMLElement>(".push a")
    : null;
}

/** Moves the focus to the next or previous link of the pushes. Returns false if there is none. */
export function moveFocus(root: Element, from: HTMLElement | null, step: 1 | -1): boolean {
  const links = [...root.querySelectorAll<HTMLElement>(".push a")];
  if (from === null) return focusLink(root.querySelector<HTMLElement>("a.job"));
  return focusLink(links[links.indexOf(from) + step]);
}

/** Moves the focus to the next or previous platform. Returns false if there is none, or if the focus is not in a platform. */
export function moveRow(root: Element, from: HTMLElement | null, step: 1 | -1): boolean {
  const row = from?.closest("tr");
  if (from == null || row == null) return false;
  const rows = [...root.querySelectorAll(".push tr")];
  const next = rows[rows.indexOf(row) + step];
  const place = [...row.querySelectorAll<HTMLElement>("a")].indexOf(from);
  const links = [...(next?.querySelectorAll<HTMLElement>("a") ?? [])];
  return focusLink(links[Math.min(place, links.length - 1)]);
}

export function focusLink(link: HTMLElement | null | undefined): boolean {
  if (link == null) return false;
  keepStop(link);
  link.focus();
  return true;
}

/** Returns the next or previous unclassified failure in the order of the page; null if there is none. */
export function nextFailure(root: Element, from: HTMLElement | null, step: 1 | -1): HTMLElement | null {
  const failures = [...root.querySelectorAll<HTMLElement>(UNCLASSIFIED)];
  if (from === null) return (step === 1 ? failures[0] : failures.at(-1)) ?? null;
  const isBehind = (link: HTMLElement): boolean =>
    (from.compareDocumentPosition(link) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
  if (step === 1) return failures.find(isBehind) ?? null;
  return failures.findLast((link) => link !== from && !isBehind(link)) ?? null;
}
