import { afterFrame } from "./after-frame.ts";
import { listenClicks } from "./grid/grid-clicks.ts";
import { listenGridKeys } from "./grid/grid-keys.ts";
import { OpenGrid } from "./grid/open-grid.tsx";
import { startShell } from "./shell.ts";

startShell();

const placeOf = (id: string): HTMLElement => {
  const place = document.getElementById(id);
  if (place === null) throw new Error(`the page has no element ${id}`);
  return place;
};

// The script starts after the browser has painted what the server has drawn.
afterFrame(() => {
  const grid = new OpenGrid({
    root: placeOf("grid"),
    filter: placeOf("filter-place"),
    pushes: placeOf("pushes"),
    end: placeOf("list-end"),
    note: placeOf("live-note"),
    panel: placeOf("panel-place"),
  });
  listenClicks(grid);
  listenGridKeys(grid);
  void grid.start();
});
