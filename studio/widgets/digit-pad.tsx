// A pad to draw on: mouse, finger, pen with its pressure, or keys. Knows nothing of who reads the drawing.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { shell } from "../text/index.ts";
import { useText } from "../text/use-text.ts";
import { HeatMap } from "./heat-map.tsx";
import {
  countPoints,
  DRAWING_SIDE,
  type Inked,
  inkStrokes,
  MOST_POINTS,
  type PenPoint,
  PICTURE_SIDE,
  penPoint,
  type Stroke,
} from "./strokes.ts";

interface DigitPadProps {
  readonly strokes: readonly Stroke[];
  /** Called for every new point; `isWhole` when the pen is lifted and after undoing or clearing. */
  readonly onChange: (strokes: readonly Stroke[], isWhole: boolean) => void;
  /** Width in CSS pixels at the most. */
  readonly size?: number;
}

/** What an arrow key moves the cursor by. */
const STRIDE = 4;
/** Points nearer than this to the last one add nothing. */
const LEAST_WAY = 2.5;

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function DigitPad({ strokes, onChange, size = 2 * PICTURE_SIDE }: DigitPadProps) {
  const t = useText(shell).pad;
  const last = useRef<Inked | undefined>(undefined);
  const picture = useMemo(() => inkStrokes(strokes, last.current), [strokes]);
  last.current = { strokes, picture };
  return (
    <div class="digit-pad">
      <HeatMap
        {...{ values: picture, width: PICTURE_SIDE, height: PICTURE_SIDE, scale: "ink", min: 0, max: 255 }}
        size={size}
        label={t.label}
      >
        <Pen strokes={strokes} onChange={onChange} />
      </HeatMap>
      <div class="row">
        <button
          type="button"
          disabled={strokes.length === 0}
          onClick={() => onChange(strokes.slice(0, -1), true)}
        >
          {t.undo}
        </button>
        <button type="button" disabled={strokes.length === 0} onClick={() => onChange([], true)}>
          {t.clear}
        </button>
      </div>
      <p class="hint" id="pad-about">
        {t.about}
      </p>
    </div>
  );
}

function Pen({ strokes, onChange }: Pick<DigitPadProps, "strokes" | "onChange">) {
  const t = useText(shell).pad;
  const layer = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState<PenPoint>(penPoint(50, 50));
  const [isDown, setShownDown] = useState(false);
  // Several events may come before the next render.
  const [down, now] = [useRef(false), useRef(strokes)];
  const setDown = (next: boolean): void => {
    down.current = next;
    setShownDown(next);
  };
  useEffect(() => {
    now.current = strokes;
  }, [strokes]);
  const tell = (next: readonly Stroke[], isWhole: boolean): void => {
    now.current = next;
    onChange(next, isWhole);
  };
  const begin = (point: PenPoint): void => {
    if (countPoints(now.current) >= MOST_POINTS) return;
    setDown(true);
    tell([...now.current, [point]], false);
  };
  const draw = (point: PenPoint): void => {
    const stroke = now.current.at(-1);
    const last = stroke?.at(-1);
    if (stroke === undefined || last === undefined || countPoints(now.current) >= MOST_POINTS) return;
    if (Math.hypot(point.x - last.x, point.y - last.y) < LEAST_WAY) return;
    tell([...now.current.slice(0, -1), [...stroke, point]], false);
  };
  const lift = (): void => {
    if (!down.current) return;
    setDown(false);
    tell(now.current, true);
  };
  const placeOf = (event: PointerEvent): PenPoint => {
    const box = layer.current!.getBoundingClientRect();
    const place = (at: number, from: number, length: number) => ((at - from) / length) * DRAWING_SIDE - 0.5;
    return penPoint(
      place(event.clientX, box.left, box.width),
      place(event.clientY, box.top, box.height),
      event.pointerType === "pen" && event.pressure > 0 ? 1 + 8 * event.pressure : undefined,
    );
  };
  const press = (event: KeyboardEvent): void => {
    const by = ARROWS[event.key];
    if (by !== undefined) {
      const far = event.shiftKey ? 3 * STRIDE : STRIDE;
      const next = penPoint(cursor.x + by[0] * far, cursor.y + by[1] * far);
      setCursor(next);
      if (down.current) draw(next);
    } else if (event.key === " ") {
      if (down.current) lift();
      else begin(cursor);
    } else if (event.key === "Backspace" || ((event.ctrlKey || event.metaKey) && event.key === "z")) {
      setDown(false);
      tell(now.current.slice(0, -1), true);
    } else if (event.key === "Delete") {
      setDown(false);
      tell([], true);
    } else return;
    event.preventDefault();
  };
  return (
    <div
      ref={layer}
      class="pen"
      role="application"
      tabIndex={0}
      data-own-keys
      aria-label={t.label}
      aria-describedby="pad-about"
      onPointerDown={(event) => {
        if (!event.isPrimary || event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        begin(placeOf(event));
      }}
      onPointerMove={(event) => {
        if (!down.current || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
        const all = event.getCoalescedEvents();
        for (const each of all.length === 0 ? [event] : all) draw(placeOf(each));
      }}
      onPointerUp={lift}
      onPointerCancel={lift}
      onBlur={lift}
      onKeyDown={press}
    >
      <span
        class={`pen-cursor ${isDown ? "down" : ""}`}
        style={{ left: `${cursor.x + 0.5}%`, top: `${cursor.y + 0.5}%` }}
      />
      <span class="for-readers" aria-live="polite">
        {t.place(cursor.x, cursor.y, isDown)}
      </span>
    </div>
  );
}
