/** Calls a function after the browser has painted the current state of the page. A hidden page is not painted, so it does not wait. */
export function afterFrame(call: () => void): void {
  if (document.visibilityState === "hidden") setTimeout(call);
  else requestAnimationFrame(() => setTimeout(call));
}
