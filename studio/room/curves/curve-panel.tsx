// The curves of several runs over each other: raw faint, smoothed solid, validation dashed; brought to the plot's width.
import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { useInTurn } from "../../app/in-turn.ts";
import { useText } from "../../text/use-text.ts";
import { Choice } from "../../widgets/choice.tsx";
import { type Curve, LinePlot } from "../../widgets/line-plot.tsx";
import { NumberField } from "../../widgets/number-field.tsx";
import { type Clock, MEASURES, type Measure, perStep, placeOf, stepAt } from "../clock.ts";
import { Check } from "../fields.tsx";
import { QUANTITIES, type Quantity } from "../points.ts";
import { text } from "../text.ts";
import { Envelope, type Grid, gridOf } from "./grid.ts";
import type { Series } from "./series.ts";

/** A run as it is drawn. */
export interface DrawnRun {
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
export const lineOf = (place: number) => ({
  colour: COLOURS[place % COLOURS.length]!,
  width: WIDTHS[place % WIDTHS.length]!,
  dash: DASHES[place % DASHES.length]!,
});
const PLACES = 800;
const EXTRAS = QUANTITIES.filter((name) => name !== "loss" && name !== "accuracy");

/** The place of the steps of a run on an axis: the grid as it is where its first step is 0 and each adds 1. */
function inSteps(grid: Grid, clock: Clock | undefined, measure: Measure): Grid {
  if (measure === "step" || clock === undefined) return grid;
  return {
    ...{ x: grid.x, places: grid.places, first: stepAt(clock, measure, grid.first) },
    width: grid.width / perStep(clock, measure),
  };
}

interface Kept {
  readonly key: string;
  readonly curves: readonly Curve[];
}
/** What was drawn last of each run, by quantity. */
const kept = new WeakMap<Series, Map<Quantity, Kept>>();

/** The curves of one run for one quantity: those of last time where nothing about them has changed. */
function curvesOf(
  run: DrawnRun,
  quantity: Quantity,
  beta: number,
  grid: Grid,
  names: { readonly raw: string; readonly validation: string },
): readonly Curve[] {
  const { name, series, place } = run;
  const { first, width, x, places } = grid;
  const lengths = [series.steps.length, series.epochs.length];
  const key = [name, place, names.raw, beta, first, width, x.length, places, ...lengths].join();
  const known = kept.get(series) ?? new Map<Quantity, Kept>();
  kept.set(series, known);
  const last = known.get(quantity);
  if (last?.key === key) return last.curves;
  const curves = makeCurves(run, quantity, beta, grid, names);
  known.set(quantity, { key, curves });
  return curves;
}

function makeCurves(
  { name, series, place }: DrawnRun,
  quantity: Quantity,
  beta: number,
  grid: Grid,
  names: { readonly raw: string; readonly validation: string },
): Curve[] {
  const { colour, width, dash } = lineOf(place);
  const line = { colour, dash: [], isSparse: true };
  const curves: Curve[] = [];
  if (beta > 0) {
    const label = `${name}, ${names.raw}`;
    const values = series.drawRaw(quantity, grid);
    curves.push({ ...line, label, values, opacity: 0.3, width: 1, isUnlisted: true });
  }
  curves.push({ ...line, label: name, values: series.draw(quantity, beta, grid), width });
  const scores = series.epochs.flatMap(({ step, validation }) =>
    validation ? [{ step, ...validation }] : [],
  );
  if ((quantity === "loss" || quantity === "accuracy") && scores.length > 0) {
    const steps = scores.map(({ step }) => step);
    const values = scores.map((score) => score[quantity]);
    curves.push({
      ...{ ...line, label: `${name}, ${names.validation}`, dash },
      ...{ values: new Envelope().follow(steps, values, grid), hasPoints: true },
    });
  }
  return curves;
}

/** The axis that these runs share, and those of them that have a place on it. */
function axisOf(runs: readonly DrawnRun[], measure: Measure): { grid: Grid; placed: readonly DrawnRun[] } {
  const placed = runs.filter(({ series }) => measure === "step" || series.clock !== undefined);
  const at = ({ series }: DrawnRun, step: number): number =>
    series.clock === undefined ? step : placeOf(series.clock, measure, step);
  const begun = placed.filter(({ series }) => series.steps.length > 0);
  const first = Math.min(...begun.map((run) => at(run, run.series.steps[0]!)));
  const last = Math.max(0, ...begun.map((run) => at(run, run.series.last)));
  const units = begun.map(({ series }) => (series.clock ? perStep(series.clock, measure) : 1));
  const unit = Math.min(...units);
  const grid = begun.length === 0 ? gridOf(0, 0, 1) : gridOf(first, last, PLACES, unit);
  return { grid, placed };
}

interface CurvePanelProps {
  /** What stands below the curves: their legend. */
  readonly children?: ComponentChildren;
  readonly runs: readonly DrawnRun[];
  /** The place of the step that is looked at, where it is not the last one. */
  readonly markOn: (measure: Measure) => number | undefined;
  /** Called with a place that is clicked. */
  readonly onPick?: ((measure: Measure, place: number) => void) | undefined;
}

export function CurvePanel({ runs, markOn, onPick, children }: CurvePanelProps) {
  const t = useText(text);
  const [beta, setBeta] = useState(0.8);
  const [isLog, setLog] = useState(true);
  const [extra, setExtra] = useState<Quantity>("learningRate");
  const [measure, setMeasure] = useState<Measure>("step");
  return (
    <section class="panel stage" aria-label={t.curves}>
      <h2>{t.curves}</h2>
      <div class="row end">
        <NumberField
          {...{ label: t.smoothing, value: beta, min: 0, max: 0.999, step: 0.05, hasSlider: true }}
          onChange={setBeta}
        />
        <Choice
          {...{ label: t.over, value: measure, options: MEASURES, onChange: setMeasure }}
          nameOf={(name) => t.measures[name]}
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
        <QuantityPlot {...{ runs, markOn, onPick, measure, beta, isLog }} quantity="loss" />
        <QuantityPlot {...{ runs, markOn, onPick, measure, beta }} quantity="accuracy" />
        <QuantityPlot {...{ runs, markOn, onPick, measure, beta: 0 }} quantity={extra} />
      </div>
      {children}
    </section>
  );
}

interface PlotProps extends Omit<CurvePanelProps, "children"> {
  readonly quantity: Quantity;
  readonly measure: Measure;
  readonly beta: number;
  readonly isLog?: boolean;
}

function QuantityPlot({ runs, markOn, onPick, quantity, measure, beta, isLog = false }: PlotProps) {
  const t = useText(text);
  // Series grow in place: their lengths tell whether there is something new.
  const lengths = runs.map(
    ({ place, series: { steps, epochs, clock } }) =>
      `${place}:${steps.length}:${epochs.length}:${clock?.stepsPerEpoch}`,
  );
  const wanted = useMemo(() => ({ beta, measure }), [lengths.join(), beta, measure]);
  const drawn = useInTurn(wanted);
  const { grid, curves } = useMemo(() => {
    const { grid, placed } = axisOf(runs, drawn.measure);
    const curves = placed.flatMap((run) =>
      curvesOf(run, quantity, drawn.beta, inSteps(grid, run.series.clock, drawn.measure), t),
    );
    return { grid, curves };
  }, [drawn, quantity, t]);
  const name = t.quantities[quantity];
  const over = t.measures[drawn.measure];
  return (
    <LinePlot
      {...{ x: grid.x, curves, xLabel: over, yLabel: name, isLogY: isLog, height: 260, group: "curves" }}
      isCounted={drawn.measure !== "epoch"}
      isFloating
      mark={markOn(drawn.measure)}
      label={t.plot(name, over, runs.map((run) => run.name).join(", "))}
      onPick={(index) => onPick?.(drawn.measure, grid.x[index]!)}
    />
  );
}
