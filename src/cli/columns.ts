import { printable } from "./printable.ts";

/**
 * Rows as aligned columns of plain text, two spaces between them, a line each; the last column is not padded.
 *
 * @param cells - all of the same length; the first may be a heading.
 */
export function columns(cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, cell.length);
    });
  }
  const lines = rows.map((row) =>
    row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))).join("  "),
  );
  return `${lines.join("\n")}\n`;
}
