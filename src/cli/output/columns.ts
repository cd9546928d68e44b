import stringWidth from "string-width";
import { printable } from "../../domain/text/printable.ts";

/**
 * Rows as aligned columns of plain text, two spaces between them, a line each; the last column is not padded. Widths are
 * those of a terminal.
 *
 * @param cells - all of the same length; the first may be a heading. Strangers' text is cut before, by `cutName`.
 */
export function columns(cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map(printable).map((text) => ({ text, width: stringWidth(text) })));
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach(({ width }, index) => {
      widths[index] = Math.max(widths[index] ?? 0, width);
    });
  }
  const lines = rows.map((row) =>
    row
      .map(({ text, width }, index) =>
        index === row.length - 1 ? text : text + " ".repeat((widths[index] ?? 0) - width),
      )
      .join("  "),
  );
  return `${lines.join("\n")}\n`;
}
