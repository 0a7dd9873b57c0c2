// Drawings of the lab: the one it begins with, and what a straight line is. Pure geometry of strokes.
import type { Stroke } from "../../widgets/strokes.ts";

/** A three, as a text of strokes. */
export const THREE =
  "2824531195351554113547125521355815562185652356728567345653956143556465504855148557505625356657569615706657071568765658156084555875498854388537865328352879525755";

/** How far from straight, as a share of its length. */
const BEND = 0.05;
const SHORTEST = 25;

/** Whether the drawing is one straight line. */
export function isStraightLine(strokes: readonly Stroke[]): boolean {
  const [stroke, ...others] = strokes;
  if (stroke === undefined || others.length > 0) return false;
  const [from, to] = [stroke[0]!, stroke.at(-1)!];
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy);
  if (length < SHORTEST) return false;
  return stroke.every(({ x, y }) => {
    const across = Math.abs((x - from.x) * dy - (y - from.y) * dx) / length;
    // A point of the pad lies within half a unit of the hand's.
    return across <= BEND * length + 0.5;
  });
}
