/** Returns a choice that the reader made on an earlier visit; null if there is none, or if the browser has no storage. */
export function readChoice(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    // Storage is switched off in this browser.
    return null;
  }
}

/** Stores a choice for later visits, if the browser has storage. */
export function keepChoice(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Storage is switched off or full. The choice holds until the page is left.
  }
}
