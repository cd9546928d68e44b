/** How an id is shown: enough of it to be the only one, mostly. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}
