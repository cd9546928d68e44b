import { jobAddress } from "../../addresses.ts";
import { gridAddress } from "../../grid/grid-address.ts";
import type { GridView } from "../../grid/grid-view.ts";
import { readTab, type TabName } from "../../job/job-tabs.ts";
import type { OpenJobPanel } from "../open-job-panel.tsx";
import { makeResizable } from "./panel-edge.ts";

export interface PanelPlaceOptions {
  /** Returns the view that is shown. */
  readonly viewNow: () => GridView;
  /** Called when the reader has picked a tab. */
  readonly onTab: (tab: TabName) => void;
}

/** The panel below the grid, with the job of the view. Its script is a separate chunk, so that the grid appears sooner. */
export class PanelPlace {
  readonly #place: HTMLElement;
  readonly #options: PanelPlaceOptions;
  #panel: OpenJobPanel | null = null;
  /** The job and the tab that were shown last. */
  #last = "";

  constructor(place: HTMLElement, options: PanelPlaceOptions) {
    this.#place = place;
    this.#options = options;
    const edge = place.querySelector<HTMLElement>("#panel-edge");
    if (edge !== null) makeResizable(place, edge);
  }

  /** Loads the script, so that the first job does not have to wait for it. */
  prepare(): void {
    void loadPanel().catch(() => undefined);
  }

  /** Shows the job of the view, or nothing. */
  async show(): Promise<void> {
    const { project, job, tab } = this.#options.viewNow();
    const next = JSON.stringify([job, tab]);
    if (next === this.#last) return;
    this.#last = next;
    this.#place.hidden = job === null;
    document.documentElement.classList.toggle("has-panel", job !== null);
    if (job === null) {
      this.#panel?.close();
      this.#panel = null;
      return;
    }
    try {
      const { openJobPanel } = await loadPanel();
      // Otherwise another job was picked while the script was being loaded.
      if (this.#last === next) this.#open(openJobPanel)?.show({ project, guid: job }, readTab(tab));
    } catch {
      // The server has another version now, without this script, so the job's own page is opened instead.
      location.assign(jobAddress({ project, guid: job }));
    }
  }

  /** Reads the shown job again. */
  refresh(): void {
    this.#panel?.refresh();
  }

  #open(openJobPanel: Awaited<ReturnType<typeof loadPanel>>["openJobPanel"]): OpenJobPanel | null {
    const root = this.#place.querySelector<HTMLElement>("#grid-job");
    const { viewNow, onTab } = this.#options;
    const tabAddress = (_job: unknown, tab: TabName): string => gridAddress({ ...viewNow(), tab });
    this.#panel ??= root && openJobPanel(root, { tabAddress, onTab });
    return this.#panel;
  }
}

const loadPanel = () => import("../open-job-panel.tsx");
