// Lines of equal value of a function given on a grid over a plane, the ground between them in the colours of viridis. The
// lines are found level by level, each in its turn.
import { contours } from "d3-contour";
import { useEffect, useState } from "preact/hooks";
import { inTurn } from "../app/in-turn.ts";
import { viridis } from "./palette.ts";
import type { Frame } from "./plane.tsx";

interface ContoursProps {
  readonly frame: Frame;
  /** Values on a grid over the plane, row by row from the lowest y. */
  readonly values: ArrayLike<number>;
  readonly columns: number;
  readonly rows: number;
  readonly levels: readonly number[];
}

/** SVG paths around all that is higher than each level, in cells of the grid. */
function useOutlines({ values, columns, rows, levels }: Omit<ContoursProps, "frame">): readonly string[] {
  const [outlines, setOutlines] = useState<readonly string[]>([]);
  useEffect(() => {
    const [tracer, grid] = [contours().size([columns, rows]), Array.from(values)];
    const found: string[] = [];
    const trace = (level: number): void => {
      const rings = tracer.contour(grid, level).coordinates.flat();
      found.push(rings.map((ring) => `M${ring.map(placeOf).join("L")}Z`).join(""));
      if (found.length === levels.length) setOutlines(found);
    };
    const takeBacks = levels.map((level) => inTurn(() => trace(level)));
    return () => {
      for (const takeBack of takeBacks) takeBack();
    };
  }, [values, columns, rows, levels]);
  return outlines;
}

// d3 puts the centre of cell i at i + ½.
const placeOf = ([column, row]: readonly number[]): string =>
  `${(column! - 0.5).toFixed(2)} ${(row! - 0.5).toFixed(2)}`;

export function Contours({ frame, ...grid }: ContoursProps) {
  const outlines = useOutlines(grid);
  const { x, y, toX, toY } = frame;
  const across = (toX(x.max) - toX(x.min)) / (grid.columns - 1);
  const up = (toY(y.max) - toY(y.min)) / (grid.rows - 1);
  // Each outline holds all that is higher: painted over one another, then made pale as a whole.
  return (
    <g aria-hidden="true" transform={`translate(${toX(x.min)} ${toY(y.min)}) scale(${across} ${up})`}>
      <g class="ground">
        <path d={`M0 0H${grid.columns - 1}V${grid.rows - 1}H0Z`} fill={colourOf(0)} />
        {outlines.map((d, level) => (
          <path key={level} d={d} fill={colourOf((level + 1) / outlines.length)} />
        ))}
      </g>
      {outlines.map((d, level) => (
        <path key={level} class="contour" d={d} />
      ))}
    </g>
  );
}

const colourOf = (share: number): string => `rgb(${viridis(share).map(Math.round).join(" ")})`;
