import { startCopyButtons } from "./copy-buttons.ts";
import { keepLightFresh } from "./light.ts";

/** Starts what all pages have in common. Each entry calls it first. */
export function startShell(): void {
  keepLightFresh();
  startCopyButtons();
}
