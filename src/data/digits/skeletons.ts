// What a form of a digit is, and the compact notation in which the forms are written.
// Knows no digit, and nothing of style, pixels or chance: only where a pen goes.
import { BugError } from "../../base/errors.ts";

/** One pen stroke: control points x, y interleaved (y down, a digit is about 100 high) and where the pen turns sharply. */
export interface Stroke {
  readonly points: Float64Array;
  readonly corners: readonly boolean[];
}

/** A form of a digit: paths with the same strokes and points, any mixture of which is again the digit. */
export interface Form {
  readonly weight: number;
  readonly poles: readonly (readonly Stroke[])[];
}

/** Parses a path: points `x,y` apart by spaces, `^` after a corner, `|` where the pen is lifted. */
export function parsePath(path: string): Stroke[] {
  return path.split("|").map((stroke) => {
    const points = stroke.trim().split(/\s+/);
    return {
      points: Float64Array.from(points.flatMap((point) => point.replace("^", "").split(",").map(Number))),
      corners: points.map((point) => point.endsWith("^")),
    };
  });
}

/** A form from the paths of its poles; throws `BugError` when they differ in strokes, points or corners and cannot mix. */
export function form(weight: number, ...paths: string[]): Form {
  const poles = paths.map(parsePath);
  const layout = (pole: readonly Stroke[]): string => pole.map((stroke) => stroke.corners.join()).join("|");
  const odd = poles.findIndex((pole) => layout(pole) !== layout(poles[0]!));
  if (odd >= 0) {
    throw new BugError(`digits: the path "${paths[odd]}" has other points or corners than "${paths[0]}".`);
  }
  return { weight, poles };
}
