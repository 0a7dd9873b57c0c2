// A plane of two numbers in SVG: axes, paths, and handles that mouse, finger and arrow keys
// move. Whoever uses it offers typed fields for the same numbers.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { usePreferences } from "../app/preferences.tsx";
import { formatNumber } from "../text/locale.ts";

export interface Range {
  readonly min: number;
  readonly max: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where numbers lie in the picture, and back. */
export interface Frame {
  readonly x: Range;
  readonly y: Range;
  readonly toX: (x: number) => number;
  readonly toY: (y: number) => number;
}

/** Until the picture has been measured. */
const USUAL_WIDTH = 520;
const MARGIN = { left: 46, right: 16, top: 24, bottom: 34 };

/** Half of what can be taken hold of in a handle: more than what is seen, since a finger is broad. */
const REACH = 16;

/** About five round numbers across a range: 1, 2 or 5 times a power of ten apart. */
export function ticksOf({ min, max }: Range): number[] {
  const rough = (max - min) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!;
  const ticks: number[] = [];
  for (let i = Math.ceil(min / step); i * step <= max + step * 1e-9; i++)
    ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

interface PlaneProps {
  readonly x: Range;
  readonly y: Range;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly height?: number;
  /** What is seen. */
  readonly label: string;
  /** Places on the x axis with what is written there; round numbers if left out. */
  readonly xTicks?: readonly (readonly [place: number, text: string])[];
  /** Called where the plane is clicked. */
  readonly onPick?: (point: Point) => void;
  readonly children: (frame: Frame) => ComponentChildren;
}

export function Plane({ x, y, xLabel, yLabel, height = 340, label, xTicks, onPick, children }: PlaneProps) {
  const { locale } = usePreferences();
  const clip = useId();
  const svg = useRef<SVGSVGElement>(null);
  const [width, setWidth] = useState(USUAL_WIDTH);
  useEffect(() => {
    // Drawn at its true size, so that letters stay readable on a narrow screen.
    const observer = new ResizeObserver(([entry]) => setWidth(Math.max(200, entry!.contentRect.width)));
    observer.observe(svg.current!);
    return () => observer.disconnect();
  }, []);
  const [left, right] = [MARGIN.left, width - MARGIN.right];
  const [top, bottom] = [MARGIN.top, height - MARGIN.bottom];
  const frame: Frame = {
    x,
    y,
    toX: (value) => left + ((value - x.min) / (x.max - x.min)) * (right - left),
    toY: (value) => bottom - ((value - y.min) / (y.max - y.min)) * (bottom - top),
  };
  return (
    <svg
      ref={svg}
      class="plane"
      height={height}
      role="group"
      aria-label={label}
      onClick={(event) => onPick?.(pointAt(svg.current!, event, frame))}
    >
      <title>{label}</title>
      <clipPath id={clip}>
        {/* A little more than the frame, so that a handle on its edge stays whole. */}
        <rect
          x={left - REACH}
          y={top - REACH}
          width={right - left + 2 * REACH}
          height={bottom - top + 2 * REACH}
        />
      </clipPath>
      <g aria-hidden="true">
        {(xTicks ?? ticksOf(x).map((value) => [value, formatNumber(value, locale, 3)] as const)).map(
          ([value, text]) => (
            <g key={value}>
              <line class="plot-grid" x1={frame.toX(value)} x2={frame.toX(value)} y1={top} y2={bottom} />
              <text class="plot-text" x={frame.toX(value)} y={bottom + 15} text-anchor="middle">
                {text}
              </text>
            </g>
          ),
        )}
        {ticksOf(y).map((value) => (
          <g key={value}>
            <line class="plot-grid" x1={left} x2={right} y1={frame.toY(value)} y2={frame.toY(value)} />
            <text class="plot-text" x={left - 5} y={frame.toY(value) + 4} text-anchor="end">
              {formatNumber(value, locale, 3)}
            </text>
          </g>
        ))}
        <text class="plot-text" x={right} y={bottom + 30} text-anchor="end">
          {xLabel}
        </text>
        <text class="plot-text" x={left - 8} y={top - 11} text-anchor="middle">
          {yLabel}
        </text>
      </g>
      <g clip-path={`url(#${clip})`}>{children(frame)}</g>
    </svg>
  );
}

function pointAt(svg: SVGSVGElement, event: { clientX: number; clientY: number }, frame: Frame): Point {
  const matrix = svg.getScreenCTM()!.inverse();
  const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
  const [x0, x1, y0, y1] = [
    frame.toX(frame.x.min),
    frame.toX(frame.x.max),
    frame.toY(frame.y.min),
    frame.toY(frame.y.max),
  ];
  return {
    x: frame.x.min + ((x - x0) / (x1 - x0)) * (frame.x.max - frame.x.min),
    y: frame.y.min + ((y - y0) / (y1 - y0)) * (frame.y.max - frame.y.min),
  };
}

interface HandleProps {
  readonly frame: Frame;
  readonly at: Point;
  readonly label: string;
  readonly onMove: (point: Point) => void;
  /** What an arrow key moves by; ten times that with Shift. */
  readonly step: number;
  readonly colour?: string;
  /** A sign on it that tells it from others. */
  readonly mark?: string;
  /** Whether only x can be moved. */
  readonly isHorizontal?: boolean;
}

/** A point to drag, or to move by the arrow keys. */
export function Handle({
  frame,
  at,
  label,
  onMove,
  step,
  colour = "var(--accent)",
  mark,
  isHorizontal = false,
}: HandleProps) {
  const { locale } = usePreferences();
  /** From the finger to the middle of the point while it is dragged. */
  const grip = useRef<Point | undefined>(undefined);
  const held = (point: Point): Point => ({
    x: Math.min(frame.x.max, Math.max(frame.x.min, point.x)),
    y: isHorizontal ? at.y : Math.min(frame.y.max, Math.max(frame.y.min, point.y)),
  });
  const describe = isHorizontal
    ? formatNumber(at.x, locale)
    : `${formatNumber(at.x, locale)}; ${formatNumber(at.y, locale)}`;
  return (
    <g
      class="handle"
      tabindex={0}
      role="slider"
      aria-label={label}
      aria-valuenow={at.x}
      aria-valuemin={frame.x.min}
      aria-valuemax={frame.x.max}
      aria-valuetext={describe}
      onClick={(event) => event.stopPropagation()}
      onPointerDown={(event) => {
        const finger = pointAt(event.currentTarget.ownerSVGElement!, event, frame);
        grip.current = { x: at.x - finger.x, y: at.y - finger.y };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerUp={() => {
        grip.current = undefined;
      }}
      onPointerCancel={() => {
        grip.current = undefined;
      }}
      onPointerMove={(event) => {
        if (grip.current === undefined) return;
        const { x, y } = pointAt(event.currentTarget.ownerSVGElement!, event, frame);
        onMove(held({ x: x + grip.current.x, y: y + grip.current.y }));
      }}
      onKeyDown={(event) => {
        const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
        if (by === undefined) return;
        event.preventDefault();
        const size = step * (event.shiftKey ? 10 : 1);
        const moved = { x: at.x + by[0]! * size, y: at.y + by[1]! * size };
        onMove(held({ x: Number(moved.x.toPrecision(10)), y: Number(moved.y.toPrecision(10)) }));
      }}
    >
      <circle cx={frame.toX(at.x)} cy={frame.toY(at.y)} r={REACH} fill="transparent" />
      <circle
        cx={frame.toX(at.x)}
        cy={frame.toY(at.y)}
        r={mark === undefined ? 9 : 11}
        fill={colour}
        stroke="var(--raised)"
        stroke-width={2.5}
      />
      {mark !== undefined && (
        <text class="handle-mark" x={frame.toX(at.x)} y={frame.toY(at.y) + 4.5} text-anchor="middle">
          {mark}
        </text>
      )}
    </g>
  );
}

/** Marks that tell lines apart where their colours do not: each within 4 of its middle. */
export type MarkShape = "circle" | "square" | "triangle" | "diamond";
const MARKS: Readonly<Record<MarkShape, string>> = {
  circle: "m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z",
  square: "m-3-3h6v6h-6z",
  triangle: "m0-4l4 7h-8z",
  diamond: "m0-4.5l4 4.5l-4 4.5l-4-4.5z",
};

/** The outline of a mark at (x, y) of a picture. */
export const markPath = (shape: MarkShape, x: number, y: number): string =>
  `M${x.toFixed(1)} ${y.toFixed(1)}${MARKS[shape]}`;

/** A polyline through points, with a mark at each. */
export function Path({
  frame,
  points,
  colour = "var(--ink)",
  dash,
  hasDots = true,
  mark = "circle",
}: {
  readonly frame: Frame;
  readonly points: readonly Point[];
  readonly colour?: string;
  readonly dash?: string;
  readonly hasDots?: boolean;
  readonly mark?: MarkShape;
}) {
  const shown = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  return (
    <g aria-hidden="true">
      <polyline
        points={shown.map(({ x, y }) => `${frame.toX(x)},${frame.toY(y)}`).join(" ")}
        fill="none"
        stroke={colour}
        stroke-width={2}
        stroke-dasharray={dash}
      />
      {hasDots && (
        <path
          d={shown.map(({ x, y }) => markPath(mark, frame.toX(x), frame.toY(y))).join("")}
          fill={colour}
        />
      )}
    </g>
  );
}
