// The layers of a network as a table. Takes plain rows; knows nothing of how a network is built.
import type { Terminal } from "../terminal.ts";
import { alignColumns, widthOf } from "./lines.ts";
import { formatCount } from "./numbers.ts";

/** One layer as the table shows it; `shape` is that of its output for one image. */
export interface LayerRow {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly parameters: number;
}

/** A table of name, type, output shape and parameters, with the total below. */
export function layerTable(rows: readonly LayerRow[], { colours, hasUnicode }: Terminal): string {
  const times = hasUnicode ? "×" : "x";
  const total = rows.reduce((sum, row) => sum + row.parameters, 0);
  const cells = rows.map(({ name, type, shape, parameters }) => [
    name,
    type,
    shape.join(times),
    // Layers without parameters leave the column empty: the eye finds those that have some.
    parameters === 0 ? "" : formatCount(parameters),
  ]);
  const header = ["layer", "type", "output", "parameters"];
  const [head = "", ...lines] = alignColumns(
    [header, ...cells, ["total", "", "", formatCount(total)]],
    new Set([3]),
  );
  const sum = lines.pop() ?? "";
  const rule = colours.dim((hasUnicode ? "─" : "-").repeat(Math.max(...[head, ...lines, sum].map(widthOf))));
  return [colours.bold(head), rule, ...lines, rule, colours.bold(sum)].map((line) => `${line}\n`).join("");
}
