// The curves of several runs over each other: raw faint, smoothed solid, validation dashed; brought to the plot's width.
import { useMemo, useState } from "preact/hooks";
import { useText } from "../../text/use-text.ts";
import { Choice } from "../../widgets/choice.tsx";
import { type Curve, LinePlot } from "../../widgets/line-plot.tsx";
import { NumberField } from "../../widgets/number-field.tsx";
import { Check } from "../fields.tsx";
import { QUANTITIES, type Quantity } from "../points.ts";
import { text } from "../text.ts";
import { envelope, type Grid, gridOf } from "./grid.ts";
import { useInFrame } from "./in-frames.ts";
import type { Series } from "./series.ts";

/** A run as it is drawn. */
export interface ShownRun {
  readonly name: string;
  readonly series: Series;
  /** Its place among all runs, which its colour, width and dashes come from. */
  readonly place: number;
}

const COLOURS = ["--positive", "--negative", "--good", "--bad", "--ink-soft"];
/** Lines differ by their width too, where colours are not told apart. */
const WIDTHS = [2, 3.5, 1.25];
const DASHES = [
  [8, 4],
  [2, 3],
  [10, 3, 2, 3],
  [4, 2],
  [1, 2],
];
export const colourOf = (place: number): string => COLOURS[place % COLOURS.length]!;
const PLACES = 800;
const EXTRAS = QUANTITIES.filter((name) => name !== "loss" && name !== "accuracy");

/** The curves of one run for one quantity. */
function curvesOf(
  { name, series, place }: ShownRun,
  quantity: Quantity,
  beta: number,
  grid: Grid,
  names: { readonly raw: string; readonly validation: string },
): Curve[] {
  const colour = colourOf(place);
  const raw = series.points[quantity];
  const line = { colour, dash: [], isSparse: true };
  const curves: Curve[] = [];
  if (beta > 0) {
    curves.push({
      ...line,
      label: `${name}, ${names.raw}`,
      values: envelope(series.steps, raw, grid),
      opacity: 0.3,
      width: 1,
    });
  }
  const smoothed = series.smoothed(quantity, beta);
  const width = WIDTHS[place % WIDTHS.length]!;
  curves.push({ ...line, label: name, values: envelope(series.steps, smoothed, grid), width });
  const scores = series.epochs.flatMap(({ step, validation }) =>
    validation ? [{ step, ...validation }] : [],
  );
  if ((quantity === "loss" || quantity === "accuracy") && scores.length > 0) {
    const steps = scores.map(({ step }) => step);
    const values = scores.map((score) => score[quantity]);
    curves.push({
      ...{ ...line, label: `${name}, ${names.validation}`, dash: DASHES[place % DASHES.length]! },
      ...{ values: envelope(steps, values, grid), hasPoints: true },
    });
  }
  return curves;
}

interface CurvePanelProps {
  readonly runs: readonly ShownRun[];
  /** Called with a step that is clicked. */
  readonly onPick?: ((step: number) => void) | undefined;
}

export function CurvePanel({ runs, onPick }: CurvePanelProps) {
  const t = useText(text);
  const [beta, setBeta] = useState(0.8);
  const [isLog, setLog] = useState(true);
  const [extra, setExtra] = useState<Quantity>("learningRate");
  return (
    <section class="panel stage" aria-label={t.curves}>
      <h2>{t.curves}</h2>
      <div class="row end">
        <NumberField
          {...{ label: t.smoothing, value: beta, min: 0, max: 0.999, step: 0.05, hasSlider: true }}
          onChange={setBeta}
        />
        <Choice
          {...{ label: t.also, value: extra, options: EXTRAS, onChange: setExtra }}
          nameOf={(name) => t.quantities[name]}
        />
        <Check isOn={isLog} onChange={setLog}>
          {t.logLoss}
        </Check>
      </div>
      <div class="room-plots">
        <QuantityPlot {...{ runs, onPick, beta, isLog }} quantity="loss" />
        <QuantityPlot {...{ runs, onPick, beta }} quantity="accuracy" />
        <QuantityPlot {...{ runs, onPick, beta: 0 }} quantity={extra} />
      </div>
    </section>
  );
}

interface PlotProps extends CurvePanelProps {
  readonly quantity: Quantity;
  readonly beta: number;
  readonly isLog?: boolean;
}

function QuantityPlot({ runs, onPick, quantity, beta, isLog = false }: PlotProps) {
  const t = useText(text);
  // Series grow in place: their lengths tell whether there is something new.
  const lengths = runs.map(({ place, series }) => `${place}:${series.steps.length}:${series.epochs.length}`);
  const drawn = useInFrame(`${lengths.join()} ${beta}`);
  const { grid, curves } = useMemo(() => {
    const first = Math.min(...runs.map(({ series }) => series.steps[0] ?? Number.POSITIVE_INFINITY));
    const last = Math.max(0, ...runs.map(({ series }) => series.last));
    const grid = gridOf(Number.isFinite(first) ? first : 0, last, PLACES);
    return { grid, curves: runs.flatMap((run) => curvesOf(run, quantity, beta, grid, t)) };
  }, [drawn, quantity, t]);
  const name = t.quantities[quantity];
  return (
    <LinePlot
      {...{ x: grid.x, curves, xLabel: t.steps, yLabel: name, isLogY: isLog, height: 230 }}
      label={t.plot(name, runs.map((run) => run.name).join(", "))}
      onPick={(index) => onPick?.(Math.round(grid.x[index]!))}
    />
  );
}
