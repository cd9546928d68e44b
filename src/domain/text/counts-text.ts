/** Returns counts in words, e.g. `2 jobs, 1 push`, without those that are zero; "" if all are. */
export function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${count === 1 ? singular(kind) : kind}`)
    .join(", ");
}

function singular(kind: string): string {
  return kind === "pushes" ? "push" : kind.replace(/s$/, "");
}
