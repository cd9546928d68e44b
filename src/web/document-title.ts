/** Returns what the browser shows as the title of a page. */
export function documentTitle(name: string): string {
  return `${name} · pulse-ingest`;
}
