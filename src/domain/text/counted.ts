/** Returns a count with its noun, such as `1 binding` or `2 bindings`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
