// A frame over a picture or matrix that mouse, finger and arrow keys move by whole cells. Lies inside a box that its
// cells fill; whoever uses it offers typed fields for the same numbers.
import { useRef } from "preact/hooks";

export interface Cell {
  /** Column, from 0. */
  readonly x: number;
  /** Row, from 0. */
  readonly y: number;
}

interface CellMoverProps {
  /** Cells of the box. */
  readonly columns: number;
  readonly rows: number;
  /** Where the frame's first cell is, and its size in cells. */
  readonly at: Cell;
  readonly width: number;
  readonly height: number;
  /** Where the first cell may go; inside the box if left out. */
  readonly from?: Cell;
  readonly to?: Cell;
  readonly label: string;
  /** Where it is, in words. */
  readonly text: string;
  readonly onMove: (cell: Cell) => void;
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function CellMover(props: CellMoverProps) {
  const { columns, rows, at, width, height, label, text, onMove } = props;
  const { from = { x: 0, y: 0 }, to = { x: columns - width, y: rows - height } } = props;
  const layer = useRef<HTMLDivElement>(null);
  /** Where in the frame it is held, in cells. */
  const grip = useRef<{ readonly x: number; readonly y: number } | undefined>(undefined);
  const move = (x: number, y: number): void => {
    const cell = {
      x: Math.min(to.x, Math.max(from.x, Math.round(x))),
      y: Math.min(to.y, Math.max(from.y, Math.round(y))),
    };
    if (cell.x !== at.x || cell.y !== at.y) onMove(cell);
  };
  const placeOf = (event: { clientX: number; clientY: number }) => {
    const box = layer.current!.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * columns,
      y: ((event.clientY - box.top) / box.height) * rows,
    };
  };
  const [left, top] = [`${(100 * (at.x + width / 2)) / columns}%`, `${(100 * (at.y + height / 2)) / rows}%`];
  const size = { width: `${(100 * width) / columns}%`, height: `${(100 * height) / rows}%` };
  const release = (): void => {
    grip.current = undefined;
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a short cut for the pointer; keys move the handle inside.
    <div
      class="cell-mover"
      ref={layer}
      onClick={(event) => {
        if (event.target !== layer.current) return;
        const { x, y } = placeOf(event);
        move(x - width / 2, y - height / 2);
      }}
    >
      <span class="cell-mover-frame" style={{ left, top, ...size }} />
      <span
        class="cell-mover-handle"
        style={{ left, top, ...size }}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuenow={at.y * columns + at.x}
        aria-valuemin={from.y * columns + from.x}
        aria-valuemax={to.y * columns + to.x}
        aria-valuetext={text}
        onPointerDown={(event) => {
          const { x, y } = placeOf(event);
          grip.current = { x: x - at.x, y: y - at.y };
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={(event) => {
          if (grip.current === undefined) return;
          const { x, y } = placeOf(event);
          move(x - grip.current.x, y - grip.current.y);
        }}
        onPointerUp={release}
        onPointerCancel={release}
        onKeyDown={(event) => {
          const by = ARROWS[event.key];
          if (by === undefined) return;
          event.preventDefault();
          const far = event.shiftKey ? 10 : 1;
          move(at.x + by[0] * far, at.y + by[1] * far);
        }}
      />
    </div>
  );
}
