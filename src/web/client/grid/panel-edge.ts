import { keepChoice, readChoice } from "../stored-choice.ts";

const CHOICE = "panel-height";
/** Percent of the window's height. */
const LOWEST = 15;
const HIGHEST = 85;
const USUAL = 42;
const STEP = 5;

/** Lets the reader change the height of the panel with mouse, finger or keys, at its edge, which is a separator. */
export function makeResizable(place: HTMLElement, edge: HTMLElement): void {
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
