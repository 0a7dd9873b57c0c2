// The layers of a network as a table. Takes the rows of nn/describe.ts; knows nothing of how a network is built.
import type { LayerRow } from "../../nn/describe.ts";
import type { Terminal } from "../terminal.ts";
import { alignColumns, widthOf } from "./lines.ts";
import { formatCount } from "./numbers.ts";

/** A table of name, type, output shape, parameters and FLOPs (of the forward pass for one image), with totals. */
export function layerTable(rows: readonly LayerRow[], { colours, hasUnicode }: Terminal): string {
  const times = hasUnicode ? "×" : "x";
  const total = (key: "parameters" | "flops"): number => rows.reduce((sum, row) => sum + row[key], 0);
  // A layer without parameters or work leaves the column empty: the eye finds those that have some.
  const orEmpty = (value: number): string => (value === 0 ? "" : formatCount(value));
  const cells = rows.map(({ name, type, shape, parameters, flops }) => [
    name,
    type,
    shape.join(times),
    orEmpty(parameters),
    orEmpty(flops),
  ]);
  const header = ["layer", "type", "output", "parameters", "FLOPs"];
  const totals = ["total", "", "", formatCount(total("parameters")), formatCount(total("flops"))];
  const [head = "", ...lines] = alignColumns([header, ...cells, totals], new Set([3, 4]));
  const sum = lines.pop() ?? "";
  const rule = colours.dim((hasUnicode ? "─" : "-").repeat(Math.max(...[head, ...lines, sum].map(widthOf))));
  return [colours.bold(head), rule, ...lines, rule, colours.bold(sum)].map((line) => `${line}\n`).join("");
}
