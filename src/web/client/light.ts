import type { LightView } from "../worker-light.tsx";
import { fetchJson } from "./fetch-json.ts";

/** How often a visible page requests the state of the worker, in milliseconds. */
const EVERY_MS = 30_000;

/** Keeps the worker's light in the header up to date while the page is visible. */
export function keepLightFresh(): void {
  setInterval(() => {
    if (document.visibilityState === "visible") void refresh();
  }, EVERY_MS);
}

async function refresh(): Promise<void> {
  const answer = await fetchJson("/api/light", isLight);
  show(answer.ok ? answer.value : { state: "unknown", words: "no answer from the server" });
}

function show({ state, words }: LightView): void {
  const light = document.getElementById("worker-light");
  const dot = light?.querySelector(".dot");
  const text = light?.querySelector(".words");
  if (light == null || dot == null || text == null) return;
  light.title = words;
  dot.className = `dot dot-${state}`;
  text.textContent = words;
}

function isLight(value: unknown): value is LightView {
  return typeof value === "object" && value !== null && "state" in value && "words" in value;
}
