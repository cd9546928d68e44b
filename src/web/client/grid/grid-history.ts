import { gridAddress, readGridView } from "../../grid/grid-address.ts";
import type { GridView } from "../../grid/grid-view.ts";

/** How a change gets into the browser's history: as a new entry to come back from, or instead of the current one. */
export type HistoryStep = "push" | "replace" | "typing";

/** The view that is shown, and the address that says so. */
export class GridHistory {
  #view: GridView;
  /** Whether the current entry was made by typing: further letters belong to it. */
  #isTyping = false;

  constructor(project: string, revision: string | null, onBack: (view: GridView) => void) {
    const read = (): GridView => readGridView(project, revision, new URLSearchParams(location.search));
    this.#view = read();
    window.addEventListener("popstate", () => {
      this.#isTyping = false;
      this.#view = read();
      onBack(this.#view);
    });
  }

  get view(): GridView {
    return this.#view;
  }

  go(view: GridView, step: HistoryStep): void {
    this.#view = view;
    const address = gridAddress(view);
    const isSame = address === `${location.pathname}${location.search}`;
    const isNew = step === "push" || (step === "typing" && !this.#isTyping);
    this.#isTyping = step === "typing";
    if (isSame) return;
    if (isNew) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
  }
}
