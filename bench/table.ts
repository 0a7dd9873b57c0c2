// Aligned tables of text. Knows nothing of what is measured.

/** One row: a cell is text, or a number shown with three significant digits. */
export type Cell = string | number | undefined;

/** A number with three significant digits and no exponent; whole from 100 up, "–" for what is unknown. */
export function formatNumber(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 6));
}

/** A share as a percentage: 0.876 → `88 %`. */
export const formatShare = (share: number | undefined): string =>
  share === undefined || !Number.isFinite(share) ? "–" : `${Math.round(share * 100)} %`;

const show = (cell: Cell): string => (typeof cell === "string" ? cell : formatNumber(cell));

/** The rows under their headings, columns aligned: the first to the left, the others to the right. */
export function formatTable(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = [headings, ...rows.map((row) => row.map(show))];
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]) =>
    widths
      .map((width, column) => {
        const text = row[column] ?? "";
        return column === 0 ? text.padEnd(width) : text.padStart(width);
      })
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return [line(headings), rule, ...cells.slice(1).map(line)].join("\n");
}
