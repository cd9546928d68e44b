import { announce } from "./announce.ts";
import { copyText } from "./copy-text.ts";

/** How long a button says that it has copied, in milliseconds. */
const SAID_MS = 2000;

/** Makes the buttons next to commands copy the commands. One listener serves all of them, so that buttons that are drawn later work too. */
export function startCopyButtons(): void {
  document.documentElement.classList.add("scripted");
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
    if (button instanceof HTMLElement) void copy(button);
  });
}

async function copy(button: HTMLElement): Promise<void> {
  if (await copyText(button.dataset["copy"] ?? "")) return say(button, "Copied");
  select(button.previousElementSibling);
  say(button, "Selected: press Ctrl+C");
}

function select(element: Element | null): void {
  if (element === null) return;
  getSelection()?.selectAllChildren(element);
}

function say(button: HTMLElement, words: string): void {
  button.textContent = words;
  announce(words);
  setTimeout(() => {
    button.textContent = "Copy";
  }, SAID_MS);
}
