// A drawing as strokes: points on a square of 100 × 100 with the pen's pressure, written short so that it fits into an
// address, and inked into a grey picture. Pure numbers: the page shows and the engine reads the same bytes.

/** A place of the pen; x and y from 0 to 99, pressure from 1 to 9. */
export interface PenPoint {
  readonly x: number;
  readonly y: number;
  readonly pressure: number;
}

export type Stroke = readonly PenPoint[];

/** Pixels of a side of the picture. */
export const PICTURE_SIDE = 140;
export const DRAWING_SIDE = 100;
/** Points a drawing may have; what is drawn beyond that is left out. */
export const MOST_POINTS = 600;
/** Pressure of what has none: mouse, finger, keys. */
export const USUAL_PRESSURE = 5;

const SCALE = PICTURE_SIDE / DRAWING_SIDE;
/** Half the width of a stroke in pixels at no pressure, and what each unit of pressure adds. */
const THIN = 3;
const BROADER = 0.75;

const bounded = (value: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, Math.round(value)));

/** The point nearest to this that a drawing can have. */
export const penPoint = (x: number, y: number, pressure = USUAL_PRESSURE): PenPoint => ({
  x: bounded(x, 0, DRAWING_SIDE - 1),
  y: bounded(y, 0, DRAWING_SIDE - 1),
  pressure: bounded(pressure, 1, 9),
});

const digits = (value: number): string => String(value).padStart(2, "0");

/** Five digits a point (x, y, pressure), strokes apart by "-". */
export const printStrokes = (strokes: readonly Stroke[]): string =>
  strokes
    .map((stroke) => stroke.map(({ x, y, pressure }) => `${digits(x)}${digits(y)}${pressure}`).join(""))
    .join("-");

/** The strokes of such a text; undefined where it is none. */
export function parseStrokes(text: string): Stroke[] | undefined {
  if (text === "") return [];
  if (!/^(\d{4}[1-9])+(-(\d{4}[1-9])+)*$/.test(text) || text.length > 6 * MOST_POINTS) return undefined;
  return text.split("-").map((stroke) =>
    Array.from({ length: stroke.length / 5 }, (_, i) => {
      const point = stroke.slice(5 * i, 5 * i + 5);
      return penPoint(Number(point.slice(0, 2)), Number(point.slice(2, 4)), Number(point[4]));
    }),
  );
}

export const countPoints = (strokes: readonly Stroke[]): number =>
  strokes.reduce((sum, stroke) => sum + stroke.length, 0);

/** A drawing and its picture. */
export interface Inked {
  readonly strokes: readonly Stroke[];
  readonly picture: Uint8Array;
}

/**
 * The drawing as a grey picture, PICTURE_SIDE² bytes: 0 is paper, 255 full ink, edges one pixel soft. Where the drawing
 * goes on from `before`, only what is new is inked.
 */
export function inkStrokes(strokes: readonly Stroke[], before?: Inked): Uint8Array {
  const isMore = before !== undefined && continues(before.strokes, strokes);
  const picture = isMore ? before.picture.slice() : new Uint8Array(PICTURE_SIDE * PICTURE_SIDE);
  for (const [index, stroke] of strokes.entries()) {
    const done = isMore ? (before.strokes[index]?.length ?? 0) : 0;
    for (let i = done; i < stroke.length; i++) inkSegment(picture, stroke[Math.max(0, i - 1)]!, stroke[i]!);
  }
  return picture;
}

/** Whether every stroke of `earlier` is the beginning of the one in its place. */
const continues = (earlier: readonly Stroke[], strokes: readonly Stroke[]): boolean =>
  earlier.every(
    (stroke, index) => stroke === strokes[index] || stroke.every((point, i) => point === strokes[index]?.[i]),
  );

function inkSegment(picture: Uint8Array, from: PenPoint, to: PenPoint): void {
  const [x0, y0, x1, y1] = [from.x, from.y, to.x, to.y].map((place) => (place + 0.5) * SCALE) as [
    number,
    number,
    number,
    number,
  ];
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  const reach = THIN + BROADER * Math.max(from.pressure, to.pressure) + 1;
  const range = (a: number, b: number): [number, number] => [
    Math.max(0, Math.floor(Math.min(a, b) - reach)),
    Math.min(PICTURE_SIDE - 1, Math.ceil(Math.max(a, b) + reach)),
  ];
  const [[left, right], [top, bottom]] = [range(x0, x1), range(y0, y1)];
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const [px, py] = [x + 0.5 - x0, y + 0.5 - y0];
      const along = length === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length));
      const distance = Math.hypot(px - along * dx, py - along * dy);
      const radius = THIN + BROADER * (from.pressure + along * (to.pressure - from.pressure));
      const ink = Math.round(255 * Math.min(1, Math.max(0, radius - distance + 0.5)));
      const at = y * PICTURE_SIDE + x;
      if (ink > picture[at]!) picture[at] = ink;
    }
  }
}
