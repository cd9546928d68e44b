/** Calls a function when the browser has shown what has been drawn so far. A hidden page calls it when it is seen again. */
export function afterFrame(call: () => void): void {
  requestAnimationFrame(() => setTimeout(call));
}
