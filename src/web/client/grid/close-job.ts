import { selectJob } from "../../grid/grid-view.ts";
import { focusLink, symbolOf } from "./grid-focus.ts";
import type { OpenGrid } from "./open-grid.tsx";

/**
 * Closes the panel. The focus returns to the job, or to the symbol of its group if the group is closed and only counts the job. Otherwise
 * the focus could be lost with the panel.
 *
 * @returns whether the job or its group is on the page.
 */
export function closeJob(grid: OpenGrid): boolean {
  const job = grid.places.root.querySelector<HTMLElement>('a.job[aria-current="true"]');
  const symbol = symbolOf(job);
  grid.change(selectJob(grid.view, null), "push");
  return focusLink(job?.isConnected === true ? job : symbol);
}
