// The sparse matrix that one filter is: local connectivity as its zeros, shared weights as its stripes.
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { HeatMap } from "../../widgets/heat-map.tsx";
import { texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import type { LayerSizes, Sparse } from "./compute.ts";
import { text } from "./text.ts";

interface MatrixProps {
  readonly matrix: Sparse;
  readonly sizes: LayerSizes;
  /** Side of the map. */
  readonly m: number;
  /** The row to frame. */
  readonly row: number;
}

export function MatrixView({ matrix, sizes: { n, C, d }, m, row }: MatrixProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const format = (value: number): string => formatNumber(value, locale, 12);
  const tex = (value: number): string => texNumber(format(value));
  const own = (2 * d + 1) ** 2 * C;
  const facts = [
    ["rows", matrix.rows, `m^2 = ${m}^2 = ${tex(matrix.rows)}`],
    ["columns", matrix.columns, `C\\,n^2 = ${C}\\cdot ${n}^2 = ${tex(matrix.columns)}`],
    [
      "nonzero",
      matrix.nonzero,
      `m^2\\,(2d+1)^2\\,C = ${m}^2\\cdot ${2 * d + 1}^2\\cdot ${C} = ${tex(matrix.nonzero)}`,
    ],
    ["own", own, `(2d+1)^2\\,C = ${2 * d + 1}^2\\cdot ${C} = ${tex(own)}`],
  ] as const;
  return (
    <div>
      <h3 class="channels-title">{t.matrix}</h3>
      <HeatMap
        {...{ values: matrix.values, width: matrix.columns, height: matrix.rows }}
        {...{ scale: "signed", size: Math.max(280, matrix.columns * 4) }}
        label={t.matrixLabel(format(matrix.rows), format(matrix.columns))}
        caption={t.rowMark}
        frame={{ x: 0, y: row - 0.5, width: matrix.columns, height: 2 }}
      />
      <ul class="figures">
        {facts.map(([name, value, formula]) => (
          <li key={name}>
            <Value {...{ name, value, label: t.facts[name], digits: 12, tex: formula }} /> {t.facts[name]}
          </li>
        ))}
      </ul>
    </div>
  );
}
