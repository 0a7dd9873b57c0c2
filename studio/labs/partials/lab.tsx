// Lab 6: paths multiply, the work of backpropagation adds up; the same derivative three ways.
import { useMemo } from "preact/hooks";
import { usePreferences } from "../../app/preferences.tsx";
import { engineOf } from "../../engine/client.ts";
import { useComputed } from "../../engine/use-computed.ts";
import { LabPage } from "../../lab/lab-page.tsx";
import { clamp, useLabState } from "../../lab/state.ts";
import { formatNumber, plural } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { LinePlot } from "../../widgets/line-plot.tsx";
import { NumberField } from "../../widgets/number-field.tsx";
import { texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import { codeOf } from "./code.ts";
import type * as Compute from "./compute.ts";
import { MatrixForm } from "./matrix-form.tsx";
import { text } from "./text.ts";

const engine = engineOf<typeof Compute>("partials");

const WIDTH = { min: 1, max: 8 };
const LAYERS = { min: 1, max: 24 };
const USUAL = { n: 3, layers: 4, seed: 1 };
/** More than these are not drawn. */
const DRAWN = 8;
/** From one neuron of a layer to the next. */
const GAP = 26;

/** The numbers offered: three thousand, three million, 10¹¹. */
const OFFERED = [3e3, 3e6, 1e11];

/** Which of them this is nearest to, by its digits. */
function nearestTo(count: number): number {
  const apart = OFFERED.map((offered) => Math.abs(Math.log(offered / count)));
  return apart.indexOf(Math.min(...apart));
}

export function Lab() {
  const t = useText(text);
  const { locale } = usePreferences();
  const [state, update] = useLabState("partials", USUAL, (given) => ({
    n: clamp(Math.round(given.n), WIDTH.min, WIDTH.max),
    layers: clamp(Math.round(given.layers), LAYERS.min, LAYERS.max),
    seed: clamp(Math.round(given.seed), 1, 9999),
  }));
  const { n, layers, seed } = state;
  const net = { width: n, layers };
  const counts = useComputed(() => engine.counts(net), [n, layers]);
  const ways = useComputed(() => engine.threeWays(net, seed), [n, layers, seed]);
  const asked = useComputed(() => engine.count({ width: 10, layers: 10 }), []);
  const last = counts.value?.length === layers ? counts.value.at(-1) : undefined;
  const x = useMemo(() => (counts.value ?? []).map((_, i) => i + 1), [counts.value]);
  const curves = useMemo(
    () => [
      {
        label: t.paths,
        values: (counts.value ?? []).map(({ paths }) => paths),
        colour: "--negative",
        hasPoints: true,
      },
      { label: t.partials, values: (counts.value ?? []).map(({ partials }) => partials), hasPoints: true },
    ],
    [counts.value, t],
  );
  const tex = (value: number): string => texNumber(formatNumber(value, locale));
  return (
    <LabPage
      id="partials"
      lead={t.lead}
      prediction={{
        ...{ question: t.question, options: t.options },
        answer: asked.value && nearestTo(asked.value.partials),
        because: t.because(asked.value === undefined ? "…" : formatNumber(asked.value.partials, locale)),
      }}
      seed={{ value: seed, onChange: (value) => update({ seed: value }) }}
      error={counts.error ?? ways.error}
      explain={t.explain}
      task={{ text: t.task, isDone: last !== undefined && last.paths > 1e6 && last.partials < 200 }}
      table={{
        caption: t.caption,
        columns: t.columns,
        rows: (counts.value ?? []).map(({ paths, partials }, i) => [i + 1, paths, partials]),
      }}
      code={codeOf(n, layers)}
    >
      <div class="row end">
        <NumberField
          {...{ label: t.width, value: n, ...WIDTH, step: 1, isWhole: true, hasSlider: true }}
          onChange={(value) => update({ n: value })}
        />
        <NumberField
          {...{ label: t.layers, value: layers, ...LAYERS, step: 1, isWhole: true, hasSlider: true }}
          onChange={(value) => update({ layers: value })}
        />
      </div>
      {last && (
        <ul class="figures" aria-live="polite">
          <li>
            <Value
              value={last.paths}
              label={t.paths}
              tex={`n^{L+1} = ${n}^{${layers + 1}} = ${tex(last.paths)}`}
            />{" "}
            {plural(last.paths, t.counted.paths, locale)}
          </li>
          <li>
            <Value
              {...{ value: last.partials, label: t.partials, digits: 8 }}
              tex={`(nL + 1)(3n - 2) = (${n}\\cdot ${layers} + 1)(3\\cdot ${n} - 2) = ${tex(last.partials)}`}
            />{" "}
            {plural(last.partials, t.counted.partials, locale)}
          </li>
          <li>
            <Value
              {...{ value: layers * n * n + n, label: t.multiplications }}
              tex={`L\\,n^2 + n = ${layers}\\cdot ${n}^2 + ${n} = ${tex(layers * n * n + n)}`}
            />{" "}
            {plural(layers * n * n + n, t.counted.multiplications, locale)}
          </li>
        </ul>
      )}
      <div class="side-by-side">
        <Picture width={n} layers={layers} />
        <LinePlot x={x} curves={curves} xLabel={t.layers} yLabel={t.count} isLogY label={t.plot} />
      </div>
      {ways.value && (
        <div class="side-by-side">
          <Ways {...ways.value} n={n} layers={layers} />
          <MatrixForm {...ways.value} />
        </div>
      )}
    </LabPage>
  );
}

/** The net as dots and lines, as far as they can be told apart. */
function Picture({ width, layers }: { width: number; layers: number }) {
  const t = useText(text);
  const height = Math.max(4, width + 1) * GAP;
  const columns = [...Array<number>(Math.min(layers, DRAWN) + 1).fill(width), 1];
  const place = (column: number, row: number, of: number): readonly [number, number] => [
    20 + (column * 360) / (columns.length - 1),
    height / 2 + (row - (of - 1) / 2) * GAP,
  ];
  return (
    <svg class="plane" viewBox={`0 0 400 ${height}`} role="img" aria-label={t.picture}>
      {columns.slice(1).flatMap((to, column) =>
        Array.from({ length: to * columns[column]! }, (_, edge) => {
          const [x0, y0] = place(column, edge % columns[column]!, columns[column]!);
          const [x1, y1] = place(column + 1, Math.floor(edge / columns[column]!), to);
          return <line key={`${column} ${edge}`} class="plot-axis" x1={x0} y1={y0} x2={x1} y2={y1} />;
        }),
      )}
      {columns.flatMap((of, column) =>
        Array.from({ length: of }, (_, row) => {
          const [x, y] = place(column, row, of);
          return (
            <circle
              key={`${column} ${row}`}
              cx={x}
              cy={y}
              r={7}
              fill="var(--accent)"
              stroke="var(--raised)"
            />
          );
        }),
      )}
    </svg>
  );
}

interface WaysProps extends Compute.ThreeWays {
  readonly n: number;
  readonly layers: number;
}

function Ways({ backward, matrices, paths, rows: partials, weights, n, layers }: WaysProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const tex = (value: number): string => texNumber(formatNumber(value, locale, 6));
  const short = (value: number): string => texNumber(formatNumber(value, locale, 3), { isFactor: true });
  const [later, column] = [partials.at(-2)!.map(short), weights[0]!.map((row) => short(row[0]!))];
  const vector = (numbers: readonly string[], end: string): string =>
    `\\begin{pmatrix}${numbers.join(end)}\\end{pmatrix}`;
  const rows = [
    [
      t.backward,
      backward,
      `\\frac{\\partial a}{\\partial x_1} = \\sum_i \\frac{\\partial a}{\\partial z^1_i}\\,w_{i1} = ${later.map((value, i) => `${value}\\cdot ${column[i]}`).join(" + ")} = ${tex(backward)}`,
    ],
    [
      t.matrices,
      matrices,
      `u^{\\mathsf T} W_{${layers}} \\cdots W_1 e_1 = ${vector(later, " & ")} ${vector(column, " \\\\ ")} = ${tex(matrices)}`,
    ],
    [
      t.pathSum,
      paths,
      `\\underbrace{\\textstyle\\sum_{i_1, \\ldots, i_L} u_{i_L} w_{i_L i_{L-1}} \\cdots w_{i_1 1}}_{${n}^{${layers}} = ${tex(n ** layers)}} = ${tex(paths ?? 0)}`,
    ],
  ] as const;
  return (
    <div>
      <h2>{t.ways}</h2>
      <table>
        <tbody>
          {rows.map(([name, value, formula]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>
                {value === undefined ? (
                  t.tooMany
                ) : (
                  <Value value={value} label={name} tex={formula} digits={6} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
