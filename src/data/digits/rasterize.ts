// Renders pen traces the way MNIST's digits were made: fitted to a 20×20 box, centred by mass in 28×28.
// Knows nothing of digits or chance.
import type { Writing } from "./style.ts";

/** Height and width of an image, in pixels. */
export const SIDE = 28;

const BOX = 20;

interface Frame {
  /** Pixels per unit of the traces, and where the traces' origin falls in the box. */
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

/** Fits the inked area, pen width included, into the box, keeping its proportions; the shorter side is centred. */
function frameOf({ traces, softness }: Writing): Frame {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const trace of traces) {
    for (let i = 0; i < trace.length; i += 3) {
      const r = trace[i + 2]!;
      x0 = Math.min(x0, trace[i]! - r);
      x1 = Math.max(x1, trace[i]! + r);
      y0 = Math.min(y0, trace[i + 1]! - r);
      y1 = Math.max(y1, trace[i + 1]! + r);
    }
  }
  // Half of the soft edge lies outside the pen's radius and would be cut off at the box.
  const room = BOX - 0.5 * softness;
  const scale = room / Math.max(x1 - x0, y1 - y0);
  return { scale, left: BOX / 2 - (scale * (x0 + x1)) / 2, top: BOX / 2 - (scale * (y0 + y1)) / 2 };
}

/** Inks one segment with round ends into the box: coverage = clamp(½ + (radius − distance) / softness). */
function inkSegment(
  ink: Float64Array,
  [x0, y0, r0]: readonly [number, number, number],
  [x1, y1, r1]: readonly [number, number, number],
  softness: number,
): void {
  const reach = Math.max(r0, r1) + 0.5 * softness;
  const left = Math.max(0, Math.ceil(Math.min(x0, x1) - reach - 0.5));
  const right = Math.min(BOX - 1, Math.floor(Math.max(x0, x1) + reach - 0.5));
  const top = Math.max(0, Math.ceil(Math.min(y0, y1) - reach - 0.5));
  const bottom = Math.min(BOX - 1, Math.floor(Math.max(y0, y1) + reach - 0.5));
  const dx = x1 - x0;
  const dy = y1 - y0;
  const inverse = 1 / (dx * dx + dy * dy + 1e-12);
  for (let row = top; row <= bottom; row++) {
    const py = row + 0.5 - y0;
    for (let column = left; column <= right; column++) {
      const px = column + 0.5 - x0;
      const along = Math.min(1, Math.max(0, (px * dx + py * dy) * inverse));
      const ex = px - along * dx;
      const ey = py - along * dy;
      const coverage = 0.5 + (r0 + along * (r1 - r0) - Math.sqrt(ex * ex + ey * ey)) / softness;
      const at = row * BOX + column;
      if (coverage > ink[at]!) ink[at] = coverage;
    }
  }
}

/** Copies the box into `out` (28×28, zeros) shifted by whole pixels so that the centre of mass is nearest the middle. */
function place(ink: Float64Array, out: Uint8Array): void {
  let mass = 0;
  let momentX = 0;
  let momentY = 0;
  for (let i = 0; i < ink.length; i++) {
    const value = Math.min(1, ink[i]!);
    mass += value;
    momentX += value * (i % BOX);
    momentY += value * Math.floor(i / BOX);
  }
  const shift = (moment: number): number =>
    Math.min(SIDE - BOX, Math.max(0, Math.round(SIDE / 2 - 0.5 - moment / mass)));
  const left = shift(momentX);
  const top = shift(momentY);
  for (let row = 0; row < BOX; row++) {
    for (let column = 0; column < BOX; column++) {
      out[(row + top) * SIDE + column + left] = Math.round(255 * Math.min(1, ink[row * BOX + column]!));
    }
  }
}

/** Renders traces into `out`, 784 zero bytes, 255 = ink. */
export function rasterize(writing: Writing, out: Uint8Array): void {
  const ink = new Float64Array(BOX * BOX);
  const { scale, left, top } = frameOf(writing);
  for (const trace of writing.traces) {
    const at = (i: number): [number, number, number] => [
      left + scale * trace[i]!,
      top + scale * trace[i + 1]!,
      scale * trace[i + 2]!,
    ];
    let from = at(0);
    for (let i = 3; i < trace.length; i += 3) {
      const to = at(i);
      inkSegment(ink, from, to, writing.softness);
      from = to;
    }
  }
  place(ink, out);
}
