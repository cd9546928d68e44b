/** Shortens an id for display. Enough of it is left to be unique in nearly all cases. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}
