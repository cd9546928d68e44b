/** Returns the title that the browser shows for a page. */
export function documentTitle(name: string): string {
  return `${name} · pulse-ingest`;
}
