import { hasSingleKeys, setSingleKeys } from "./listen-keys.ts";
import { startShell } from "./shell.ts";

startShell();

const place = document.getElementById("single-keys-choice");
const box = document.getElementById("single-keys");
if (place !== null && box instanceof HTMLInputElement) {
  box.checked = hasSingleKeys();
  box.addEventListener("change", () => setSingleKeys(box.checked));
  place.hidden = false;
}
