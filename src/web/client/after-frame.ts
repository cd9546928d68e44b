/** Calls a function when the browser has shown what has been drawn so far. A hidden page shows nothing, and calls it at once. */
export function afterFrame(call: () => void): void {
  if (document.visibilityState === "hidden") setTimeout(call);
  else requestAnimationFrame(() => setTimeout(call));
}
