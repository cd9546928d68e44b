/**
 * How many values a loaded YAML text holds when each alias counts as what it stands for. Infinite where an alias stands
 * within what it names.
 */
export function expandedSize(root: unknown): number {
  const known = new Map<object, number>();

  function sizeOf(value: unknown): number {
    if (typeof value !== "object" || value === null) return 1;
    const before = known.get(value);
    if (before !== undefined) return before;
    // Met again before it is known, it stands within itself.
    known.set(value, Number.POSITIVE_INFINITY);
    let size = 1;
    for (const member of Object.values(value)) size += sizeOf(member);
    known.set(value, size);
    return size;
  }

  return sizeOf(root);
}
