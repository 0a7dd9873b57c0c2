// Text in columns: widths without escape sequences, padding, cutting. Knows nothing of what is shown.
import { stripVTControlCharacters } from "node:util";

/** Columns a text takes on the screen; escape sequences take none. */
export const widthOf = (text: string): number => [...stripVTControlCharacters(text)].length;

/** The text with spaces after it, up to `width` columns. */
export const padRight = (text: string, width: number): string =>
  text + " ".repeat(Math.max(0, width - widthOf(text)));

/** The text with spaces before it, up to `width` columns. */
export const padLeft = (text: string, width: number): string =>
  " ".repeat(Math.max(0, width - widthOf(text))) + text;

/** The text cut to `width` columns, with an ellipsis where something is missing; escape sequences are not expected. */
export function cut(text: string, width: number, ellipsis = "…"): string {
  const letters = [...text];
  if (letters.length <= width) return text;
  return letters.slice(0, Math.max(0, width - [...ellipsis].length)).join("") + ellipsis;
}

/** Rows of cells as lines with aligned columns, two spaces between; `right` holds the columns aligned to the right. */
export function alignColumns(rows: readonly (readonly string[])[], right: ReadonlySet<number>): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) => (right.has(column) ? padLeft : padRight)(cell, widths[column] as number))
      .join("  ")
      .trimEnd(),
  );
}
