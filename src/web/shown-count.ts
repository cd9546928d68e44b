/** Returns a whole number with its digits in groups of three, such as 1,204,332. */
export function shownCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
