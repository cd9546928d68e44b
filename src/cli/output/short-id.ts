/** Shortens an id for display. The rest is long enough to be unique in nearly all cases. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}
