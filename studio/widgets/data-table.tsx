// The numbers of a lab as a table: what a picture shows, for screen readers, tests and anyone who wants the figures.

import { usePreferences } from "../app/preferences.tsx";
import { formatNumber } from "../text/locale.ts";
import { ColumnHeads } from "./column-heads.tsx";

/** A cell: a number or a text. */
export type Cell = number | string;

export interface TableData {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Rows shown at the most; the last are those that matter in a path. */
const MOST_ROWS = 200;

export function DataTable({ caption, columns, rows }: TableData) {
  const { locale } = usePreferences();
  const hidden = Math.max(0, rows.length - MOST_ROWS);
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={caption}>
      <table data-testid="lab-table">
        <caption class="for-readers">{caption}</caption>
        <thead>
          <tr>
            <ColumnHeads columns={columns} />
          </tr>
        </thead>
        <tbody>
          {rows.slice(hidden).map((row, index) => (
            <tr key={hidden + index}>
              {row.map((cell, column) => (
                <td key={column} data-value={cell}>
                  {typeof cell === "number" ? formatNumber(cell, locale, 5) : cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
