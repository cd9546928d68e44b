import { findAction, type KeyAction, type KeyPlace } from "../keys.ts";
import { keepChoice, readChoice } from "./stored-choice.ts";

/** The name of the stored choice on the help page, which is `on` or `off`. */
const CHOICE = "single-keys";

/** Handles a key. Returns false if there is nothing to do now, so that the browser handles the key. */
export type KeyHandler = (event: KeyboardEvent) => boolean;

export function hasSingleKeys(): boolean {
  return readChoice(CHOICE) !== "off";
}

export function setSingleKeys(isOn: boolean): void {
  keepChoice(CHOICE, isOn ? "on" : "off");
}

/** Calls the handlers of the keys of a place. Keys are ignored in text fields, and while a dialog is open. */
export function listenKeys<Place extends KeyPlace>(
  place: Place,
  handlers: Readonly<Record<KeyAction<Place>, KeyHandler>>,
): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || isTyping(event.target) || hasDialog()) return;
    const action = findAction(place, event, hasSingleKeys());
    if (action !== null && handlers[action](event)) event.preventDefault();
  });
}

const withoutText = ["checkbox", "radio", "button", "submit", "reset"];

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  const field = target.closest("input, textarea, select, [contenteditable]");
  return field !== null && !(field instanceof HTMLInputElement && withoutText.includes(field.type));
}

function hasDialog(): boolean {
  return document.querySelector("dialog[open], [role=dialog]") !== null;
}
