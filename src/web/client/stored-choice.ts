/** Returns what the reader chose on an earlier visit; null if nothing, or if the browser keeps nothing. */
export function readChoice(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    // Storage is switched off in this browser.
    return null;
  }
}

/** Keeps a choice for later visits, if the browser keeps anything. */
export function keepChoice(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Storage is switched off or full. The choice holds until the page is left.
  }
}
