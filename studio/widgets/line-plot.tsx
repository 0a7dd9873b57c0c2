// Curves over a common axis, drawn by uPlot, which bears a hundred thousand points. Lines differ by dash as well as colour.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useIsDark, usePreferences } from "../app/preferences.tsx";
import { formatNumber } from "../text/locale.ts";
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
  /** Plots of one group share the cursor. */
  readonly group?: string;
  /** Called with the index of the point that is clicked. */
  readonly onPick?: (index: number) => void;
}

const DASHES = [undefined, [8, 4], [2, 3], [10, 3, 2, 3]] as const;

const dashOf = ({ dash, opacity }: Curve, index: number): readonly number[] | undefined =>
  dash ?? (opacity === undefined ? DASHES[index % DASHES.length] : undefined);

/** A dash as the legend's borders can show it. */
const borderOf = (dash: readonly number[] | undefined): string =>
  dash === undefined || dash.length === 0 ? "solid" : dash[0]! > 3 ? "dashed" : "dotted";

const WHOLE = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((n) => n * 10 ** power)).flat();

export function LinePlot(props: LinePlotProps) {
  const {
    x,
    curves,
    xLabel,
    yLabel,
    isLogY = false,
    height = 240,
    label,
    group,
    isCounted = true,
    onPick,
  } = props;
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const isDark = useIsDark();
  const { locale } = usePreferences();
  const pick = useRef(onPick);
  pick.current = onPick;
  const shape = curves.map(({ label, colour, dash, width, opacity, hasPoints, isSparse }) =>
    [label, colour, dash, width, opacity, hasPoints, isSparse].join(),
  );
  useEffect(() => {
    const box = place.current!;
    const [ink, line] = [token("--ink-soft"), token("--line")];
    const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
    const format = (value: number | null): string => (value === null ? "" : formatNumber(value, locale, 3));
    const made = new uPlot(
      {
        width: box.clientWidth,
        height,
        scales: { x: { time: false }, y: isLogY ? { distr: 3 } : {} },
        axes: [
          {
            ...axis,
            label: xLabel,
            labelSize: 22,
            ...(isCounted && { incrs: WHOLE }),
            values: (_, ticks) => ticks.map(format),
          },
          { ...axis, label: yLabel, labelSize: 22, size: 58, values: (_, ticks) => ticks.map(format) },
        ],
        series: [
          { label: xLabel, value: (_, value) => format(value) },
          ...curves.map((curve, index) => ({
            label: curve.label,
            ...(curve.isUnlisted && { class: "unlisted" }),
            stroke: token(curve.colour ?? "--positive"),
            width: curve.width ?? 2,
            alpha: curve.opacity ?? 1,
            points: { show: curve.hasPoints ?? false },
            spanGaps: curve.isSparse ?? false,
            value: (_: uPlot, value: number | null) => format(value),
            dash: [...(dashOf(curve, index) ?? [])],
          })),
        ],
        legend: {
          markers: {
            width: 3,
            dash: (_, series) => borderOf(curves[series - 1] && dashOf(curves[series - 1]!, series - 1)),
          },
        },
        ...(group !== undefined && { cursor: { sync: { key: group, setSeries: false } } }),
        hooks: {
          ready: [
            (plot) =>
              plot.over.addEventListener("click", () => {
                if (plot.cursor.idx != null) pick.current?.(plot.cursor.idx);
              }),
          ],
        },
      },
      [[...x], ...curves.map(({ values }) => [...values])] as uPlot.AlignedData,
      box,
    );
    chart.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: box.clientWidth, height }));
    observer.observe(box);
    return () => {
      observer.disconnect();
      made.destroy();
      chart.current = undefined;
    };
  }, [shape.join("|"), xLabel, yLabel, isLogY, height, isDark, locale, isCounted]);
  useEffect(() => {
    chart.current?.setData([[...x], ...curves.map(({ values }) => [...values])] as uPlot.AlignedData);
  }, [x, curves]);
  return <div class="line-plot" ref={place} role="img" aria-label={label} />;
}
