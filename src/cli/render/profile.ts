// A profile as tables: by layer, by op, and the kernels that take the most time. Takes figures; knows nothing of how they
// were measured.
import type { Figures, Profile } from "../../profile/index.ts";
import type { Terminal } from "../terminal.ts";
import { alignColumns, cut } from "./lines.ts";
import { formatPercent } from "./numbers.ts";

const FIGURES = ["µs", "share", "GFLOP/s", "GB/s", "of roofline"];
const MOST_KERNELS = 12;

/** A rate to three digits, plain however large. */
const rate = (value: number): string =>
  Number.isFinite(value) ? Number(value.toPrecision(3)).toString() : "";

function figureCells({ seconds, share, flops, bytes, leastSeconds }: Figures): string[] {
  return [
    (seconds * 1e6).toFixed(1),
    formatPercent(share),
    rate(flops / seconds / 1e9),
    rate(bytes / seconds / 1e9),
    formatPercent(leastSeconds / seconds, 0),
  ];
}

/** Names to the left, figures to the right. */
function table(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  { colours }: Terminal,
): string {
  const right = new Set(FIGURES.map((_, i) => names.length + i));
  const [head = "", ...lines] = alignColumns([[...names, ...FIGURES], ...rows], right);
  return [colours.bold(head), ...lines].map((line) => `${line}\n`).join("");
}

/** What a profile tells: the ceiling, then three tables. */
export function profileText(profile: Profile, terminal: Terminal): string {
  const { ceiling, kernels, layers, ops, seconds, device } = profile;
  const ellipsis = terminal.hasUnicode ? "…" : "...";
  const layerRows = layers.map((row) => [
    row.layer,
    row.type,
    row.phase,
    String(row.kernels),
    ...figureCells(row),
  ]);
  const opRows = ops.map((row) => [row.op, String(row.kernels), ...figureCells(row)]);
  const slowest = kernels.toSorted((a, b) => b.seconds - a.seconds).slice(0, MOST_KERNELS);
  const kernelRows = slowest.map((row) => [
    cut(row.work, 56, ellipsis),
    row.layer,
    row.phase,
    ...figureCells(row),
  ]);
  return [
    `${device}: ${rate(ceiling.flops / 1e9)} GFLOP/s in a matrix product, ${rate(ceiling.bytes / 1e9)} GB/s in a pass over memory\n` +
      `a step: ${(seconds * 1e3).toFixed(3)} ms in ${kernels.length} kernels\n`,
    table(["layer", "type", "phase", "kernels"], layerRows, terminal),
    table(["op", "kernels"], opRows, terminal),
    table(["slowest kernels", "layer", "phase"], kernelRows, terminal),
  ].join("\n");
}
