import { gridAddress } from "../../grid/grid-address.ts";
import type { GridView } from "../../grid/grid-view.ts";
import type { TabName } from "../../job/job-tabs.ts";
import { readTab } from "../../job/job-tabs.ts";
import { openJobPanel } from "../open-job-panel.tsx";
import { keepChoice, readChoice } from "../stored-choice.ts";

export interface PanelPlace {
  /** Shows the job of a view, or nothing. */
  show(view: GridView): void;
  /** Reads the shown job again. */
  refresh(): void;
}

const CHOICE = "panel-height";
/** Percent of the window's height. */
const LOWEST = 15;
const HIGHEST = 85;
const USUAL = 42;
const STEP = 5;

/**
 * The panel below the grid.
 *
 * @param viewNow - the view that is shown.
 * @param onTab - a reader has picked a tab.
 */
export function openPanelPlace(
  place: HTMLElement,
  { viewNow, onTab }: { readonly viewNow: () => GridView; readonly onTab: (tab: TabName) => void },
): PanelPlace | null {
  const root = place.querySelector<HTMLElement>("#grid-job");
  const edge = place.querySelector<HTMLElement>("#panel-edge");
  if (root === null || edge === null) return null;
  letResize(place, edge);
  const open = () =>
    openJobPanel(root, { tabAddress: (_job, tab) => gridAddress({ ...viewNow(), tab }), onTab });
  let panel: ReturnType<typeof open> | null = null;
  let last = "";
  return {
    show({ project, job, tab }) {
      const next = JSON.stringify([job, tab]);
      if (next === last) return;
      last = next;
      place.hidden = job === null;
      document.documentElement.classList.toggle("has-panel", job !== null);
      if (job === null) {
        panel?.close();
        panel = null;
        return;
      }
      panel ??= open();
      panel.show({ project, guid: job }, readTab(tab));
    },
    refresh: () => panel?.refresh(),
  };
}

/** Lets the reader change the height by mouse, finger and keys. */
function letResize(place: HTMLElement, edge: HTMLElement): void {
  let height = clamp(Number(readChoice(CHOICE) ?? USUAL));
  const set = (percent: number): void => {
    height = clamp(percent);
    document.documentElement.style.setProperty("--panel-height", `${height}vh`);
    edge.setAttribute("aria-valuenow", String(Math.round(height)));
  };
  set(height);
  edge.addEventListener("keydown", (event) => {
    const step = { ArrowUp: STEP, ArrowDown: -STEP }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    set(height + step);
    keepChoice(CHOICE, String(height));
  });
  edge.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    edge.setPointerCapture(event.pointerId);
  });
  edge.addEventListener("pointermove", (event) => {
    if (edge.hasPointerCapture(event.pointerId)) set(100 - (100 * event.clientY) / window.innerHeight);
  });
  edge.addEventListener("pointerup", () => keepChoice(CHOICE, String(height)));
  place.classList.add("panel-sized");
}

function clamp(percent: number): number {
  return Number.isFinite(percent) ? Math.min(HIGHEST, Math.max(LOWEST, percent)) : USUAL;
}
