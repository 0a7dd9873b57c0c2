// A hand and a pen: turns a digit's form into pen strokes, each time a little differently.
// Knows nothing of pixels; uses no transcendental function, so a stream gives the same strokes on every machine.
import type { RandomStream } from "../../base/random.ts";
import { FORMS_0_TO_4 } from "./forms-0-to-4.ts";
import { FORMS_5_TO_9 } from "./forms-5-to-9.ts";
import type { Form, Stroke } from "./skeletons.ts";

/** Pen path: x, y and pen radius interleaved, in the units of the skeletons; the pen is down from point to point. */
export type Trace = number[];

/** A digit as the pen drew it: the traces, and how soft the pen's edge is in pixels of the final image. */
export interface Writing {
  readonly traces: readonly Trace[];
  readonly softness: number;
}

/** The forms of every digit, indexed by the digit. */
export const FORMS: readonly (readonly Form[])[] = [...FORMS_0_TO_4, ...FORMS_5_TO_9];

/** Mean pen radius for each digit: small loops are kept open. */
const PEN = [8.2, 7.6, 7.7, 7.7, 6.9, 7.6, 7.1, 7.2, 6.9, 6.6];

const clamp = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));

function pickForm(forms: readonly Form[], random: RandomStream): Form {
  let left = random.uniform() * forms.reduce((sum, form) => sum + form.weight, 0);
  for (const form of forms) {
    left -= form.weight;
    if (left < 0) return form;
  }
  return forms[0]!;
}

/** A mixture of two of a form's poles, a little beyond either at times; more than two would all look alike. */
function mixPoles(form: Form, random: RandomStream): Stroke[] {
  const one = random.choice(form.poles);
  const other = random.choice(form.poles);
  const share = random.uniform(-0.1, 1.1);
  return one.map(({ points, corners }, s) => ({
    points: points.map((value, i) => value + share * (other[s]!.points[i]! - value)),
    corners,
  }));
}

/** Unsteady hand: moves whole strokes a little, every control point a little, and the ends along the stroke. */
function jitter(strokes: Stroke[], random: RandomStream): void {
  const shake = 1 + 2.5 * random.uniform();
  for (const { points } of strokes) {
    const dx = strokes.length > 1 ? random.normal(0, 2.5) : 0;
    const dy = strokes.length > 1 ? random.normal(0, 2.5) : 0;
    for (let i = 0; i < points.length; i += 2) {
      points[i]! += dx + random.normal(0, shake);
      points[i + 1]! += dy + random.normal(0, shake);
    }
    const n = points.length;
    stretchEnd(points, 0, 2, random.normal(0.02, 0.12));
    stretchEnd(points, n - 2, n - 4, random.normal(0.02, 0.12));
  }
}

/** Moves an end point away from its neighbour (amount > 0, overshoot) or towards it (a gap). */
function stretchEnd(points: Float64Array, end: number, next: number, amount: number): void {
  const by = clamp(amount, -0.4, 0.4);
  points[end]! += by * (points[end]! - points[next]!);
  points[end + 1]! += by * (points[end + 1]! - points[next + 1]!);
}

/** Width, slant, rotation and a smooth quadratic warp, applied to all strokes about the digit's middle. */
function deform(strokes: Stroke[], random: RandomStream): void {
  const width = clamp(random.normal(1.12, 0.25), 0.5, 1.9);
  const slant = clamp(random.normal(0.16, 0.27), -0.5, 0.9);
  const t = random.normal(0, 0.06); // tan of half the angle: cos = (1−t²)/(1+t²), sin = 2t/(1+t²)
  const cos = (1 - t * t) / (1 + t * t);
  const sin = (2 * t) / (1 + t * t);
  const warp = Array.from({ length: 8 }, () => random.normal(0, 5));
  const [a, b, c, d, e, f, g, h] = warp as [number, number, number, number, number, number, number, number];
  for (const { points } of strokes) {
    for (let i = 0; i < points.length; i += 2) {
      const u = (points[i]! - 38) / 50;
      const v = (points[i + 1]! - 50) / 50;
      const x = 50 * u + a * v * v + b * u * v + c * u * u + 0.6 * d * v * v * v;
      const y = 50 * v + e * v * v + f * u * v + g * u * u + 0.6 * h * u * v * v;
      const x2 = width * x - slant * y;
      points[i] = cos * x2 - sin * y;
      points[i + 1] = sin * x2 + cos * y;
    }
  }
}

/** Tangent scale of the spline at a knot from its neighbours, for chord lengths `before` and `after`. */
const slope = (p: number, q: number, r: number, before: number, after: number): number =>
  (((q - p) / before) * after + ((r - q) / after) * before) / (before + after);

/** The smooth curve through a stroke's points (cubic Hermite over chord lengths), broken at corners, with the pen's radius. */
function trace(stroke: Stroke, radius: (point: number) => number): Trace {
  const { points, corners } = stroke;
  const n = corners.length;
  const chord = new Float64Array(n);
  for (let i = 0; i + 1 < n; i++) {
    const dx = points[2 * i + 2]! - points[2 * i]!;
    const dy = points[2 * i + 3]! - points[2 * i + 1]!;
    // Square root of the distance: the centripetal parameter, which neither overshoots nor loops.
    chord[i] = Math.sqrt(Math.sqrt(dx * dx + dy * dy)) + 1e-6;
  }
  const radii = corners.map((_, i) => radius(i));
  const tangent = (i: number, axis: number, span: number): number => {
    const at = (k: number): number => points[2 * k + axis]!;
    if (i > 0 && i < n - 1 && !corners[i])
      return slope(at(i - 1), at(i), at(i + 1), chord[i - 1]!, chord[i]!);
    return (at(span + 1) - at(span)) / chord[span]!;
  };
  const out: Trace = [points[0]!, points[1]!, radii[0]!];
  for (let i = 0; i + 1 < n; i++) {
    const h = chord[i]!;
    const steps = clamp(Math.ceil((h * h) / 6), 1, 12);
    const [x0, y0, x1, y1] = [points[2 * i]!, points[2 * i + 1]!, points[2 * i + 2]!, points[2 * i + 3]!];
    const [tx0, ty0] = [h * tangent(i, 0, i), h * tangent(i, 1, i)];
    const [tx1, ty1] = [h * tangent(i + 1, 0, i), h * tangent(i + 1, 1, i)];
    for (let k = 1; k <= steps; k++) {
      const s = k / steps;
      const r = 1 - s;
      const h0 = r * r * (1 + 2 * s);
      const g0 = r * r * s;
      const h1 = s * s * (1 + 2 * r);
      const g1 = -s * s * r;
      out.push(
        h0 * x0 + g0 * tx0 + h1 * x1 + g1 * tx1,
        h0 * y0 + g0 * ty0 + h1 * y1 + g1 * ty1,
        r * radii[i]! + s * radii[i + 1]!,
      );
    }
  }
  return out;
}

/** How much thicker a marker is, for the hand in eight that holds one; a lone bar stays readable when very thick. */
const marker = (digit: number, random: RandomStream): number =>
  random.uniform() < 0.12 ? random.uniform(1.2, digit === 1 ? 2.2 : 1.6) : 1;

/** Writes a digit once: picks a form, a hand and a pen from the stream. */
export function write(digit: number, random: RandomStream): Writing {
  const strokes = mixPoles(pickForm(FORMS[digit]!, random), random);
  jitter(strokes, random);
  deform(strokes, random);
  const pen = clamp(random.normal(PEN[digit]!, 2.2), 2.8, 20) * marker(digit, random);
  const lean = random.normal(0, 0.12);
  const pressure = 0.04 + 0.12 * random.uniform();
  const traces = strokes.map((stroke) => {
    const last = stroke.corners.length - 1;
    return trace(
      stroke,
      (i) => pen * clamp(1 + lean * (1 - (2 * i) / last) + random.normal(0, pressure), 0.45, 1.6),
    );
  });
  return { traces, softness: random.uniform(0.6, 1.4) };
}
