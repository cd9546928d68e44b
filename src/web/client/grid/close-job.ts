import { selectJob } from "../../grid/grid-view.ts";
import { focusLink, symbolOf } from "./grid-focus.ts";
import type { OpenGrid } from "./open-grid.tsx";

/**
 * Closes the panel. The focus goes back to the job, or if its group counts it now, to the group's symbol: with the panel, what had the
 * focus may be hidden.
 *
 * @returns whether the job is on the page.
 */
export function closeJob(grid: OpenGrid): boolean {
  const job = grid.places.root.querySelector<HTMLElement>('a.job[aria-current="true"]');
  const symbol = symbolOf(job);
  grid.change(selectJob(grid.view, null), "push");
  return focusLink(job?.isConnected === true ? job : symbol);
}
