import { readGridView } from "../../grid/grid-address.ts";
import { selectJob, toggleGroup, toggleTier, withFilter } from "../../grid/grid-view.ts";
import { closeJob } from "./close-job.ts";
import { keepStop, symbolOf } from "./grid-focus.ts";
import type { OpenGrid } from "./open-grid.tsx";

/** Makes the links and the form of the grid change the view in place. One listener serves all jobs. */
export function listenClicks(grid: OpenGrid): void {
  const { root } = grid.places;
  root.addEventListener("click", (event) => {
    const { target } = event;
    // With another button or a modifier, a link opens elsewhere.
    const isPlain =
      event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    const link = target instanceof Element ? target.closest("a") : null;
    if (link === null || !isPlain || event.defaultPrevented) return;
    // This comes first, because opening a group removes the number that was clicked.
    keepStop(link);
    if (follow(grid, link)) event.preventDefault();
  });
  root.addEventListener("input", (event) => {
    const { target } = event;
    if (!(target instanceof HTMLInputElement)) return;
    if (target.name === "text") grid.change(withFilter(grid.view, { text: target.value }), "typing");
    if (target.name === "tier") grid.change(toggleTier(grid.view, Number(target.value)), "push");
  });
  root.addEventListener("submit", (event) => {
    event.preventDefault();
    // The filter is already applied. The field loses the focus, so that further keys go to the grid.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  });
}

/** Follows a link in place. Returns false, without following it, if it leads to another page or to other pushes. */
function follow(grid: OpenGrid, link: HTMLAnchorElement): boolean {
  const { view } = grid;
  if (link.matches(".push a.job")) {
    grid.change(selectJob(view, new URL(link.href).searchParams.get("guid")), "push");
    return true;
  }
  if (link.id === "older-pushes") {
    void grid.showOlder();
    return true;
  }
  if (link.matches(".panel-close")) {
    closeJob(grid);
    return true;
  }
  const group = link.matches(".push a.count") ? symbolOf(link) : link;
  const key = group?.dataset["group"];
  if (key !== undefined) {
    grid.change(toggleGroup(view, key), "replace");
    return true;
  }
  const { pathname, search } = new URL(link.href);
  const next = readGridView(view.project, view.revision, new URLSearchParams(search));
  const arePushesSame =
    pathname === location.pathname &&
    (["author", "since", "until", "before"] as const).every((name) => next[name] === view[name]);
  if (!arePushesSame || link.closest(".panel-place") !== null || link.hash !== "") return false;
  // The link was drawn in an earlier view, so only its filter is used.
  grid.change({ ...view, filter: next.filter }, "push");
  return true;
}
