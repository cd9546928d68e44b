import { helpAddress, logAddress } from "../../addresses.ts";
import {
  type GridView,
  noFilter,
  selectJob,
  toggleAllGroups,
  toggleProgress,
  toggleStatus,
} from "../../grid/grid-view.ts";
import { nextTab, readTab } from "../../job/job-tabs.ts";
import { listenKeys } from "../listen-keys.ts";
import { closeJob } from "./close-job.ts";
import { focusedLink, focusLink, moveFocus, moveRow, nextFailure } from "./grid-focus.ts";
import type { OpenGrid } from "./open-grid.tsx";

/** Handles the keys of the grid. `keys.ts` lists them. */
export function listenGridKeys(grid: OpenGrid): void {
  const { root, panel } = grid.places;

  function openFailure(step: 1 | -1): boolean {
    const failure = nextFailure(root, focusedLink(root) ?? selectedLink(), step);
    if (failure === null) return false;
    grid.change(selectJob(grid.view, guidOf(failure)), "push");
    // The push has been redrawn, so the job may have another element now.
    return focusLink(failure.isConnected ? failure : selectedLink());
  }

  function selectedLink(): HTMLElement | null {
    return root.querySelector<HTMLElement>('a.job[aria-current="true"]');
  }

  function moveJob(step: 1 | -1): boolean {
    // If a wide table or a text in the panel has the focus, the arrow keys scroll it.
    if (panel.querySelector(":is(section, pre):focus") !== null) return false;
    return moveFocus(root, focusedLink(root) ?? selectedLink(), step);
  }

  /** Returns the job that keys act on: the one in the panel, otherwise the one with the focus. */
  function jobNow(): string | null {
    return grid.view.job ?? guidOf(focusedLink(root));
  }

  function openLog(): boolean {
    const guid = jobNow();
    if (guid === null) return false;
    location.assign(logAddress({ project: grid.view.project, guid }));
    return true;
  }

  /** Clicks the panel's link to the raw log. Its address comes from an untrusted sender, and the panel has already checked it. */
  function openRawLog(): boolean {
    const link = panel.querySelector<HTMLElement>(".log-buttons a[target=_blank]");
    link?.click();
    return link !== null;
  }

  function showTab(): boolean {
    if (grid.view.job === null) return false;
    const shown = panel.querySelector<HTMLElement>('a[data-tab][aria-current="page"]');
    const tab = nextTab(readTab(grid.view.tab ?? shown?.dataset["tab"]) ?? "data");
    return change({ ...grid.view, tab });
  }

  function change(view: GridView): boolean {
    grid.change(view, "push");
    return true;
  }

  listenKeys("grid", {
    "next-failure": () => openFailure(1),
    "previous-failure": () => openFailure(-1),
    "next-job": () => moveJob(1),
    "previous-job": () => moveJob(-1),
    "next-row": () => moveRow(root, focusedLink(root), 1),
    "previous-row": () => moveRow(root, focusedLink(root), -1),
    // The browser itself follows the link that has the focus.
    open: () => false,
    log: openLog,
    "raw-log": openRawLog,
    "next-tab": showTab,
    filter: () => {
      document.getElementById("filter-text")?.focus();
      return true;
    },
    "clear-filter": () => change({ ...grid.view, filter: noFilter }),
    unclassified: () => change(toggleStatus(grid.view, ["unclassified"])),
    progress: () => change(toggleProgress(grid.view)),
    groups: () => change(toggleAllGroups(grid.view)),
    close: () => grid.view.job !== null && closeJob(grid),
    help: () => {
      location.assign(helpAddress());
      return true;
    },
  });
}

function guidOf(link: HTMLElement | null): string | null {
  return link instanceof HTMLAnchorElement && link.matches("a.job")
    ? new URL(link.href).searchParams.get("guid")
    : null;
}
