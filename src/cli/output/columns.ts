import stringWidth from "string-width";
import { printable } from "../../domain/text/printable.ts";

/**
 * Formats rows as aligned columns of plain text, with two spaces between columns. The last column is not padded. Widths are
 * measured in terminal columns.
 *
 * @param cells - rows of equal length. Cut untrusted text with `cutName` first.
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
