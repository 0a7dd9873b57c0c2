// Curves as SVG that needs no script and takes its colours from the page. Knows nothing of training.
import { html, type Markup } from "./html.ts";

/** One line of a chart; `kind` names its colour in the page's style. */
export interface Curve {
  readonly label: string;
  readonly kind: "faint" | "first" | "second";
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** What a chart is of: the axes' names and how its numbers are written. */
export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly curves: readonly Curve[];
  /** Whether equal ratios are equal lengths upward. */
  readonly isLogarithmic?: boolean;
  readonly format: (value: number) => string;
}

const [WIDTH, HEIGHT] = [640, 300];
const EDGE = { left: 64, right: 12, top: 12, bottom: 40 };
const MOST_POINTS = 400;

/** Means of neighbours, so that a long curve is no heavier than what can be seen of it. */
function thinned(points: Curve["points"]): Curve["points"] {
  if (points.length <= MOST_POINTS) return points;
  const size = points.length / MOST_POINTS;
  return Array.from({ length: MOST_POINTS }, (_, i) => {
    const part = points.slice(Math.floor(i * size), Math.floor((i + 1) * size));
    const mean = (axis: 0 | 1) => part.reduce((sum, point) => sum + point[axis], 0) / part.length;
    return [mean(0), mean(1)] as const;
  });
}

/** Round numbers that cut a range into about five parts: 1, 2 or 5 times a power of ten apart. */
export function linearTicks(low: number, high: number): number[] {
  const rough = (high - low) / 5 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** 1, 2 and 5 times powers of ten within a range, or powers of ten alone where those would be many. */
export function logarithmicTicks(low: number, high: number): number[] {
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const factors = to - from > 3 ? [1] : [1, 2, 5];
  const all = Array.from({ length: to - from + 1 }, (_, i) =>
    factors.map((factor) => Number(`${factor}e${from + i}`)),
  );
  return all.flat().filter((value) => value >= low * 0.999 && value <= high * 1.001);
}

interface Scale {
  readonly ticks: readonly number[];
  readonly at: (value: number) => number;
}

function scaleOf(values: readonly number[], from: number, to: number, isLogarithmic: boolean): Scale {
  const [low, high] = values.reduce<[number, number]>(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  const measure = isLogarithmic ? Math.log10 : (value: number) => value;
  const [begin, end] = [measure(low), measure(high)];
  const length = end - begin || 1;
  return {
    ticks: (isLogarithmic ? logarithmicTicks : linearTicks)(low, high),
    at: (value) => from + ((measure(value) - begin) / length) * (to - from),
  };
}

const place = (value: number): string => value.toFixed(1);

/** The chart as a figure with its legend; a sentence where there is nothing to draw. */
export function drawChart({ title, xLabel, curves, isLogarithmic = false, format }: Chart): Markup {
  const isShown = ([, y]: readonly [number, number]) => Number.isFinite(y) && (!isLogarithmic || y > 0);
  const shown = curves
    .map((curve) => ({ ...curve, points: thinned(curve.points.filter(isShown)) }))
    .filter(({ points }) => points.length > 0);
  const points = shown.flatMap((curve) => curve.points);
  if (points.length === 0)
    return html`<figure><figcaption>${title}</figcaption><p>Nothing was measured.</p></figure>`;
  const x = scaleOf(
    points.map((point) => point[0]),
    EDGE.left,
    WIDTH - EDGE.right,
    false,
  );
  const y = scaleOf(
    points.map((point) => point[1]),
    HEIGHT - EDGE.bottom,
    EDGE.top,
    isLogarithmic,
  );
  const bottom = HEIGHT - EDGE.bottom;
  const rows = y.ticks.map(
    (value) => html`
<path class="grid" d="M${EDGE.left} ${place(y.at(value))}H${WIDTH - EDGE.right}"/><text x="${EDGE.left - 8}" y="${place(y.at(value) + 4)}" text-anchor="end">${format(value)}</text>`,
  );
  const columns = x.ticks.map(
    (value) => html`
<text x="${place(x.at(value))}" y="${bottom + 18}" text-anchor="middle">${value}</text>`,
  );
  const lines = shown.map(
    ({ kind, points: own }) => html`
<polyline class="${kind}" points="${own.map((point) => `${place(x.at(point[0]))},${place(y.at(point[1]))}`).join(" ")}"/>${marks(own, kind, x, y)}`,
  );
  const legend = shown.map(({ kind, label }) => html`<li class="${kind}">${label}</li>`);
  return html`<figure><figcaption>${title}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${describe(title, shown, format)}">${rows}${columns}
<text x="${(EDGE.left + WIDTH - EDGE.right) / 2}" y="${HEIGHT - 4}" text-anchor="middle">${xLabel}</text>${lines}
</svg>
<ul class="legend">${legend}</ul></figure>`;
}

/** Points of a curve that has few. */
function marks(points: Curve["points"], kind: Curve["kind"], x: Scale, y: Scale): Markup[] {
  if (points.length > 40) return [];
  return points.map(
    (point) =>
      html`<circle class="${kind}" cx="${place(x.at(point[0]))}" cy="${place(y.at(point[1]))}" r="3"/>`,
  );
}

/** What the chart shows, for those who hear it. */
function describe(title: string, curves: readonly Curve[], format: (value: number) => string): string {
  const parts = curves.map(
    ({ label, points }) => `${label} from ${format(points[0]![1])} to ${format(points.at(-1)![1])}`,
  );
  return `${title}: ${parts.join(", ")}`;
}
