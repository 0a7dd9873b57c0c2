// Lab 14: channels and counts. A convolution of several channels opened, its parameters beside those of a dense layer,
// and the sparse matrix that it is.
import { usePreferences } from "../../app/preferences.tsx";
import { engineOf } from "../../engine/client.ts";
import { useComputed } from "../../engine/use-computed.ts";
import { LabPage } from "../../lab/lab-page.tsx";
import { clamp, useLabState } from "../../lab/state.ts";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { NumberField } from "../../widgets/number-field.tsx";
import { codeOf } from "./code.ts";
import type * as Compute from "./compute.ts";
import type { LayerSizes } from "./compute.ts";
import { CountsView } from "./counts.tsx";
import { MatrixView } from "./matrix-view.tsx";
import { Stack } from "./stack.tsx";
import { text } from "./text.ts";
import "./channels.css";

const engine = engineOf<typeof Compute>("channels");

const USUAL = { n: 8, C: 3, T: 8, d: 1, t: 0, x: 2, y: 2, seed: 1 };
const EXAMPLE: LayerSizes = { n: 8, C: 3, T: 8, d: 1 };
const WANTED = 608;
const LIMITS = { n: [4, 12], C: [1, 4], T: [1, 16], d: [0, 3] } as const;
const SIZES = ["n", "C", "T", "d"] as const;

/** A filter must fit the image, the filter shown be one of the T, and the place lie in the map. */
function check(given: typeof USUAL): typeof USUAL {
  const whole = (value: number, min: number, max: number): number => clamp(Math.round(value), min, max);
  const n = whole(given.n, ...LIMITS.n);
  const d = whole(given.d, 0, Math.min(LIMITS.d[1], Math.floor((n - 1) / 2)));
  const T = whole(given.T, ...LIMITS.T);
  const last = n - 2 * d - 1;
  return {
    ...{ n, d, T, C: whole(given.C, ...LIMITS.C) },
    t: whole(given.t, 0, T - 1),
    x: whole(given.x, 0, last),
    y: whole(given.y, 0, last),
    seed: whole(given.seed, 1, 9999),
  };
}

/** All that the engine says of these sizes, together, so that it fits. */
async function computeAll(sizes: LayerSizes, seed: number, t: number) {
  const [counts, opened, matrix] = await Promise.all([
    engine.count(sizes),
    engine.open(sizes, seed, t),
    engine.matrix(sizes, seed, t),
  ]);
  return { sizes, t, counts, opened, matrix };
}

export function Lab() {
  const t = useText(text);
  const { locale } = usePreferences();
  const [state, set] = useLabState("channels", USUAL, check);
  const update = (change: Partial<typeof USUAL>): void => set(check({ ...state, ...change }));
  const { n, C, T, d, t: filter, seed } = state;
  const all = useComputed(() => computeAll({ n, C, T, d }, seed, filter), [n, C, T, d, seed, filter]);
  const example = useComputed(() => engine.count(EXAMPLE), []);
  const shown = all.value;
  const m = shown?.counts.m ?? 1;
  const [x, y] = [Math.min(state.x, m - 1), Math.min(state.y, m - 1)];
  const format = (value: number): string => formatNumber(value, locale, 12);
  return (
    <LabPage
      id="channels"
      lead={t.lead}
      prediction={{
        question: t.question,
        number: example.value?.conv,
        tolerance: 0.1,
        because: t.because(format(example.value?.conv ?? 0)),
      }}
      seed={{ value: seed, onChange: (next) => update({ seed: next }) }}
      error={all.error ?? example.error}
      explain={t.explain}
      task={{ text: t.task, isDone: !all.isBusy && shown?.counts.conv === WANTED }}
      table={{
        caption: t.caption,
        columns: t.columns,
        rows: shown
          ? [
              [t.quantities.conv, shown.counts.conv],
              [t.quantities.dense, shown.counts.dense],
              ...(["rows", "columns", "nonzero"] as const).map(
                (key) => [t.quantities[key], shown.matrix[key]] as const,
              ),
              ...shown.opened.partials.map((part, c) => [t.partial(c + 1), part[y * m + x]!] as const),
              [t.bias, shown.opened.bias],
              [t.sum, shown.opened.map[y * m + x]!],
            ]
          : [],
      }}
      code={codeOf(shown?.sizes ?? EXAMPLE, shown?.opened)}
    >
      <div class="row end">
        {SIZES.map((name) => (
          <NumberField
            key={name}
            {...{ label: t[name], value: state[name], min: LIMITS[name][0], step: 1, isWhole: true }}
            max={name === "d" ? Math.min(LIMITS.d[1], Math.floor((n - 1) / 2)) : LIMITS[name][1]}
            onChange={(value) => update({ [name]: value })}
          />
        ))}
        <NumberField
          {...{ label: t.t, value: filter + 1, min: 1, max: T, step: 1, isWhole: true }}
          onChange={(value) => update({ t: value - 1 })}
        />
        {(["y", "x"] as const).map((axis) => (
          <NumberField
            key={axis}
            {...{ label: axis === "y" ? t.row : t.column, min: 1, max: m, step: 1, isWhole: true }}
            value={(axis === "y" ? y : x) + 1}
            onChange={(value) => update({ [axis]: value - 1 })}
          />
        ))}
      </div>
      {shown && (
        <>
          <h3 class="channels-title">{t.opened(format(shown.t + 1), format(shown.sizes.T))}</h3>
          <Stack sizes={shown.sizes} opened={shown.opened} t={shown.t} x={x} y={y} onMove={update} />
          <CountsView sizes={shown.sizes} counts={shown.counts} />
          <MatrixView matrix={shown.matrix} sizes={shown.sizes} m={m} row={y * m + x} />
        </>
      )}
    </LabPage>
  );
}
