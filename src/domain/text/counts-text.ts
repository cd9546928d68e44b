/** Returns counts in words, such as `2 jobs, 1 push`. Zero counts are left out; the text is empty if all are zero. */
export function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${count === 1 ? singular(kind) : kind}`)
    .join(", ");
}

function singular(kind: string): string {
  return kind === "pushes" ? "push" : kind.replace(/s$/, "");
}
