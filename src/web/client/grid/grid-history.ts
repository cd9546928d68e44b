import { gridAddress, readGridView } from "../../grid/grid-address.ts";
import type { GridView } from "../../grid/grid-view.ts";
import { afterFrame } from "../after-frame.ts";

/** The way to record a change in the browser's history: `typing` makes one entry for all letters that are typed in a row. */
export type HistoryStep = "push" | "replace" | "typing";

/**
 * The view that is shown, and its address. The address changes after the browser has painted the view, because that change takes the
 * browser several milliseconds.
 */
export class GridHistory {
  #view: GridView;
  /** Whether the current entry was made by typing. If so, further letters belong to it. */
  #isTyping = false;
  /** The changes that are not in the history yet. */
  #steps: { readonly address: string; readonly step: HistoryStep }[] = [];

  constructor(project: string, revision: string | null, onBack: (view: GridView) => void) {
    const read = (): GridView => readGridView(project, revision, new URLSearchParams(location.search));
    this.#view = read();
    window.addEventListener("popstate", () => {
      this.#isTyping = false;
      this.#steps = [];
      this.#view = read();
      onBack(this.#view);
    });
  }

  get view(): GridView {
    return this.#view;
  }

  go(view: GridView, step: HistoryStep): void {
    this.#view = view;
    this.#steps.push({ address: gridAddress(view), step });
    if (this.#steps.length === 1) afterFrame(() => this.#write());
  }

  #write(): void {
    for (const step of this.#steps) this.#take(step);
    this.#steps = [];
  }

  #take({ address, step }: { readonly address: string; readonly step: HistoryStep }): void {
    const isSame = address === `${location.pathname}${location.search}`;
    const isNew = step === "push" || (step === "typing" && !this.#isTyping);
    this.#isTyping = step === "typing";
    if (isSame) return;
    if (isNew) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
  }
}
