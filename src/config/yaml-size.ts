/**
 * Returns how many values a loaded YAML text holds with its aliases expanded. Infinite if a value contains an alias of itself.
 */
export function expandedSize(root: unknown): number {
  const known = new Map<object, number>();

  function sizeOf(value: unknown): number {
    if (typeof value !== "object" || value === null) return 1;
    const before = known.get(value);
    if (before !== undefined) return before;
    // If a value is found again before its size is known, it contains itself.
    known.set(value, Number.POSITIVE_INFINITY);
    let size = 1;
    for (const member of Object.values(value)) size += sizeOf(member);
    known.set(value, size);
    return size;
  }

  return sizeOf(root);
}
