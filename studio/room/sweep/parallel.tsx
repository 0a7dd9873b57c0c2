// Parallel coordinates: an axis a column, a line a row, two bounds on each axis that are dragged or moved by arrow keys.
// Knows nothing of what the values are.
import { useRef } from "preact/hooks";
import { viridis } from "../../widgets/palette.ts";
import type { Axis } from "./axis.ts";
import type { Setting } from "./sweeps.ts";

/** The part of an axis that is asked for, from 0 to 1. */
export type Bounds = readonly [low: number, high: number];
export const WHOLE: Bounds = [0, 1];

interface ParallelProps {
  readonly axes: readonly Axis[];
  readonly values: readonly (readonly Setting[])[];
  /** Which rows lie within all bounds. */
  readonly chosen: readonly boolean[];
  /** Of each row, from 0 to 1: its colour. */
  readonly shade: readonly number[];
  readonly bounds: readonly Bounds[];
  /** A value of an axis as text. */
  readonly print: (value: Setting, axis: number) => string;
  /** The row that is pointed at. */
  readonly pointed: number | undefined;
  readonly label: string;
  readonly onBounds: (axis: number, bounds: Bounds) => void;
}

const [GAP, HEIGHT, TOP, SIDE] = [170, 220, 34, 60];
const yOf = (place: number): number => TOP + (1 - place) * HEIGHT;
const STEP = 0.02;

export function Parallel({
  axes,
  values,
  chosen,
  shade,
  bounds,
  print,
  pointed,
  label,
  onBounds,
}: ParallelProps) {
  const width = 2 * SIDE + (axes.length - 1) * GAP;
  const xOf = (axis: number): number => SIDE + axis * GAP;
  const pathOf = (row: readonly Setting[]): string =>
    axes
      .map((axis, i) => `${i === 0 ? "M" : "L"}${xOf(i)},${yOf(axis.placeOf(row[i]!)).toFixed(1)}`)
      .join("");
  // Those that are chosen lie over the others.
  const rank = (row: number): number => Number(chosen[row]) + 2 * Number(row === pointed);
  const order = [...values.keys()].sort((a, b) => rank(a) - rank(b));
  return (
    <div class="room-parallel" tabIndex={0} role="region" aria-label={label}>
      <svg viewBox={`0 0 ${width} ${TOP + HEIGHT + 20}`} style={{ width: `${width}px`, maxWidth: "none" }}>
        <g aria-hidden="true">
          {order.map((i) => (
            <path
              key={i}
              d={pathOf(values[i]!)}
              fill="none"
              stroke={chosen[i] ? `rgb(${viridis(shade[i]!).map(Math.round).join()})` : "var(--line)"}
              stroke-width={i === pointed ? 5 : chosen[i] ? 2 : 1}
            />
          ))}
        </g>
        {axes.map((axis, i) => (
          <AxisColumn
            key={axis.name}
            {...{ axis, x: xOf(i), bounds: bounds[i]! }}
            print={(value) => print(value, i)}
            onBounds={(next) => onBounds(i, next)}
          />
        ))}
      </svg>
    </div>
  );
}

interface AxisColumnProps {
  readonly axis: Axis;
  readonly x: number;
  readonly bounds: Bounds;
  readonly print: (value: Setting) => string;
  readonly onBounds: (bounds: Bounds) => void;
}

function AxisColumn({ axis, x, bounds, print, onBounds }: AxisColumnProps) {
  const [low, high] = bounds;
  return (
    <g>
      <text x={x} y={16} text-anchor="middle" class="plot-text room-axis-name">
        {axis.name}
      </text>
      <line x1={x} x2={x} y1={TOP} y2={TOP + HEIGHT} class="plot-axis" />
      <line x1={x} x2={x} y1={yOf(high)} y2={yOf(low)} class="room-range" />
      {axis.marks.map((mark) => (
        <text key={String(mark)} x={x + 12} y={yOf(axis.placeOf(mark)) + 4} class="plot-text">
          {print(mark)}
        </text>
      ))}
      <Bound
        label={`${axis.name} ≥`}
        {...{ x, place: low }}
        onPlace={(place) => onBounds([Math.min(place, high), high])}
      />
      <Bound
        label={`${axis.name} ≤`}
        {...{ x, place: high }}
        onPlace={(place) => onBounds([low, Math.max(place, low)])}
      />
    </g>
  );
}

interface BoundProps {
  readonly label: string;
  readonly x: number;
  readonly place: number;
  readonly onPlace: (place: number) => void;
}

function Bound({ label, x, place, onPlace }: BoundProps) {
  const isHeld = useRef(false);
  const put = (next: number): void => onPlace(Math.min(1, Math.max(0, Number(next.toFixed(4)))));
  return (
    <g
      role="slider"
      tabindex={0}
      class="handle room-bound"
      aria-label={label}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(100 * place)}
      aria-valuetext={`${Math.round(100 * place)} %`}
      onKeyDown={(event) => {
        if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
        event.preventDefault();
        put(place + (event.key === "ArrowUp" ? STEP : -STEP) * (event.shiftKey ? 10 : 1));
      }}
      onPointerDown={(event) => {
        isHeld.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (!isHeld.current) return;
        const box = event.currentTarget.ownerSVGElement!.getBoundingClientRect();
        put(1 - (event.clientY - box.top - TOP) / HEIGHT);
      }}
      onPointerUp={() => {
        isHeld.current = false;
      }}
      onPointerCancel={() => {
        isHeld.current = false;
      }}
    >
      <rect x={x - 12} y={yOf(place) - 12} width={24} height={24} fill="transparent" />
      <rect x={x - 9} y={yOf(place) - 4} width={18} height={8} rx={3} class="room-bound-bar" />
    </g>
  );
}
