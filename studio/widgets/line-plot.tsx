// Curves over a common axis, drawn by uPlot, which bears a hundred thousand points. Lines differ by dash as well as colour.
import { useEffect, useRef } from "preact/hooks";
import type uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { inTurn } from "../app/in-turn.ts";
import { useIsDark, usePreferences } from "../app/preferences.tsx";
import { formatNumber, type Locale } from "../text/locale.ts";
import { token } from "./palette.ts";

export interface Curve {
  readonly label: string;
  /** One number for each x; null where there is none. */
  readonly values: readonly (number | null)[];
  /** Name of a token, "--positive" if left out. */
  readonly colour?: string;
  readonly dash?: readonly number[];
  readonly width?: number;
  /** In 0 … 1: faint lines for raw values behind smoothed ones. */
  readonly opacity?: number;
  readonly hasPoints?: boolean;
  /** Values that lie apart are joined over the nulls between them. */
  readonly isSparse?: boolean;
  /** Left out of the legend. */
  readonly isUnlisted?: boolean;
}

interface LinePlotProps {
  readonly x: readonly number[];
  readonly curves: readonly Curve[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly isLogY?: boolean;
  readonly height?: number;
  readonly label: string;
  /** Whether what stands along the axis is counted (steps, layers) and has no parts; so if left out. */
  readonly isCounted?: boolean;
  /** A place on the axis that is marked by an upright line. */
  readonly mark?: number | undefined;
  /** Plots of one group share the cursor. */
  readonly group?: string;
  /** Whether values are told only while the cursor is there; what lines mean must then be told elsewhere. */
  readonly isFloating?: boolean;
  /** Called with the index of the point that is clicked. */
  readonly onPick?: (index: number) => void;
}

/** Fetched before the first plot is there. */
const loading = import("uplot");

const DASHES = [undefined, [8, 4], [2, 3], [10, 3, 2, 3]] as const;

const dashOf = ({ dash, opacity }: Curve, index: number): readonly number[] | undefined =>
  dash ?? (opacity === undefined ? DASHES[index % DASHES.length] : undefined);

/** A dash as the legend's borders can show it. */
const borderOf = (dash: readonly number[] | undefined): string =>
  dash === undefined || dash.length === 0 ? "solid" : dash[0]! > 3 ? "dashed" : "dotted";

const WHOLE = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((n) => n * 10 ** power)).flat();

/** Pixels from the cursor within which a value is near. */
const NEAR = 40;
/** Pixels between press and release that make a click a drag, which zooms in. */
const DRAGGED = 4;

function followClicks(plot: uPlot, onPick: (index: number) => void): void {
  let pressed = 0;
  plot.over.addEventListener("mousedown", ({ clientX }) => {
    pressed = clientX;
  });
  plot.over.addEventListener("click", ({ clientX }) => {
    if (plot.cursor.idx != null && Math.abs(clientX - pressed) < DRAGGED) onPick(plot.cursor.idx);
  });
}

/** Draws an upright line at a place of the axis. */
function drawMark({ ctx, bbox, valToPos }: uPlot, mark: number | undefined): void {
  if (mark === undefined) return;
  const x = Math.round(valToPos(mark, "x", true));
  ctx.save();
  ctx.strokeStyle = token("--ink-soft");
  ctx.lineWidth = 2;
  ctx.setLineDash([2, 4]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/** Has the legend stand there only while there is a cursor. */
function floatLegend(plot: uPlot): void {
  const legend = plot.root.querySelector<HTMLElement>(".u-legend");
  if (legend !== null) legend.hidden = (plot.cursor.left ?? -1) < 0;
}

type Known = "curves" | "xLabel" | "yLabel" | "isLogY" | "group" | "isCounted" | "isFloating";
type Look = Pick<LinePlotProps, Known> & {
  readonly width: number;
  readonly height: number;
  readonly locale: Locale;
  readonly onPick: (index: number) => void;
  readonly markNow: () => number | undefined;
};

/** What uPlot is told of everything but the numbers. */
function optionsOf({
  curves,
  xLabel,
  yLabel,
  isLogY,
  group,
  isCounted = true,
  isFloating = false,
  width,
  height,
  locale,
  onPick,
  markNow,
}: Look): uPlot.Options {
  const [ink, line] = [token("--ink-soft"), token("--line")];
  const format = (value: number | null): string => (value === null ? "" : formatNumber(value, locale, 3));
  const axis = {
    ...{ stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } },
    values: (_: uPlot, ticks: number[]) => ticks.map(format),
  };
  const drawn = curves.map((curve, index) => ({
    label: curve.label,
    ...(curve.isUnlisted && { class: "unlisted" }),
    stroke: token(curve.colour ?? "--positive"),
    width: curve.width ?? 2,
    alpha: curve.opacity ?? 1,
    points: { show: curve.hasPoints ?? false },
    spanGaps: curve.isSparse ?? false,
    value: (_: uPlot, value: number | null) => format(value),
    dash: [...(dashOf(curve, index) ?? [])],
  }));
  return {
    ...{ width, height, scales: { x: { time: false }, y: isLogY ? { distr: 3 } : {} } },
    axes: [
      { ...axis, label: xLabel, labelSize: 22, ...(isCounted && { incrs: WHOLE }) },
      { ...axis, label: yLabel, labelSize: 22, size: 58 },
    ],
    series: [{ label: xLabel, value: (_, value) => format(value) }, ...drawn],
    legend: {
      markers: {
        width: 3,
        dash: (_, series) => borderOf(curves[series - 1] && dashOf(curves[series - 1]!, series - 1)),
      },
    },
    cursor: {
      ...(group !== undefined && { sync: { key: group, setSeries: false } }),
      // Where a curve has no value, the nearest one is told.
      hover: { skip: [null, undefined], prox: NEAR },
    },
    hooks: {
      ready: [(plot) => followClicks(plot, onPick), ...(isFloating ? [floatLegend] : [])],
      ...(isFloating && { setCursor: [floatLegend] }),
      draw: [(plot) => drawMark(plot, markNow())],
    },
  };
}

const dataOf = ({ x, curves }: Pick<LinePlotProps, "x" | "curves">): uPlot.AlignedData =>
  [[...x], ...curves.map(({ values }) => [...values])] as uPlot.AlignedData;

const lookOf = ({ label, colour, dash, width, opacity, hasPoints, isSparse }: Curve): string =>
  [label, colour, dash, width, opacity, hasPoints, isSparse].join();

export function LinePlot(props: LinePlotProps) {
  const { x, curves, xLabel, yLabel, isLogY = false, height = 240, label, isCounted = true } = props;
  const { isFloating = false } = props;
  const place = useRef<HTMLDivElement>(null);
  /** What is drawn, and the look that it was made with. */
  const chart = useRef<{ readonly plot: uPlot; readonly look: string } | undefined>(undefined);
  const isDark = useIsDark();
  const { locale } = usePreferences();
  const latest = useRef(props);
  latest.current = props;
  const look = [...curves.map(lookOf), xLabel, yLabel, isLogY, isCounted, height, isDark, locale].join("|");
  useEffect(() => {
    const box = place.current!;
    const observer = new ResizeObserver(() =>
      chart.current?.plot.setSize({ width: box.clientWidth, height }),
    );
    let isWanted = true;
    let takeBack = (): void => {};
    const make = (Plot: typeof uPlot): void => {
      const onPick = (index: number): void => latest.current.onPick?.(index);
      const markNow = (): number | undefined => latest.current.mark;
      const options = optionsOf({
        ...{ ...latest.current, width: box.clientWidth, height, locale, onPick, markNow },
      });
      // Its parts are made first, and drawn for the first time in another turn.
      new Plot(options, dataOf(latest.current), (plot, draw) => {
        takeBack = inTurn(() => {
          // The old one stays until the new one takes its place.
          chart.current?.plot.destroy();
          chart.current = { plot, look };
          box.append(plot.root);
          draw();
          observer.observe(box);
        });
      });
    };
    void loading.then(({ default: Plot }) => {
      if (isWanted) takeBack = inTurn(() => make(Plot));
    });
    return () => {
      isWanted = false;
      takeBack();
      observer.disconnect();
    };
  }, [look]);
  useEffect(
    () =>
      inTurn(() => {
        if (chart.current?.look === look) chart.current.plot.setData(dataOf(latest.current));
      }),
    [x, curves, look],
  );
  useEffect(() => inTurn(() => chart.current?.plot.redraw(false)), [props.mark]);
  useEffect(() => () => chart.current?.plot.destroy(), []);
  return (
    <div class={`line-plot ${isFloating ? "floating" : ""}`} ref={place} role="img" aria-label={label} />
  );
}
