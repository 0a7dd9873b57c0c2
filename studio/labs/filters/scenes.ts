// Photograph-like pictures of our own, drawn by formula: brightness in 0 … 1 at each place. Knows nothing of filters.
import { Generator } from "nabla";

/** A grey picture: brightness from 0 (black) to 255 (white), row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

export const SCENES = ["street", "face", "fence", "waves", "noise"] as const;
export type SceneName = (typeof SCENES)[number];

const WIDTH = 192;
const HEIGHT = 144;

/** Brightness at (x, y), both in 0 … 1 of the picture's height; x reaches 4/3. */
type Scene = (x: number, y: number) => number;

/** 0 before `edge`, 1 after, with a soft step of about a pixel. */
const step = (value: number, edge: number): number => Math.min(1, Math.max(0, (value - edge) * HEIGHT + 0.5));
const within = (value: number, low: number, high: number): number =>
  step(value, low) * (1 - step(value, high));
const box = (x: number, y: number, [left, top, right, bottom]: readonly number[]): number =>
  within(x, left!, right!) * within(y, top!, bottom!);
const disc = (x: number, y: number, [cx, cy, r]: readonly number[]): number =>
  1 - step(Math.hypot(x - cx!, y - cy!), r!);
const ellipse = (x: number, y: number, [cx, cy, rx, ry]: readonly number[]): number =>
  1 - step(Math.hypot((x - cx!) / rx!, (y - cy!) / ry!) * Math.min(rx!, ry!), Math.min(rx!, ry!));
const over = (below: number, cover: number, value: number): number => below + (value - below) * cover;

/** Courses of bricks, every second one shifted by half a brick. */
function bricks(x: number, y: number): number {
  const course = Math.floor(y / 0.05);
  const along = (x / 0.12 + (course % 2) / 2) % 1;
  const isMortar = (y % 0.05) / 0.05 < 0.14 || along < 0.06;
  return isMortar
    ? 0.74
    : 0.4 + 0.1 * Math.sin(course * 12.9 + Math.floor(x / 0.12 + (course % 2) / 2) * 78.2);
}

/** Sky, sun, a brick house with a roof, a door and windows, and a picket fence. */
function street(x: number, y: number): number {
  let light = 0.95 - 0.45 * y;
  light = over(light, disc(x, y, [1.12, 0.2, 0.09]), 1);
  light = over(light, disc(x, y, [0.12, 0.22, 0.07]) || disc(x, y, [0.22, 0.2, 0.09]), 0.98);
  light = over(light, step(y, 0.84), 0.34 + 0.04 * Math.sin(x * 90) * Math.sin(y * 160));
  light = over(light, box(x, y, [0.3, 0.42, 0.92, 0.86]), bricks(x, y));
  light = over(
    light,
    step(y, 0.42 - (0.3 - Math.abs(x - 0.61) * 0.85)) * (1 - step(y, 0.42)) * within(x, 0.24, 0.98),
    0.22,
  );
  light = over(light, box(x, y, [0.38, 0.52, 0.52, 0.66]), 0.9 - 0.25 * box(x, y, [0.39, 0.53, 0.51, 0.65]));
  light = over(light, box(x, y, [0.444, 0.52, 0.456, 0.66]), 0.9);
  light = over(light, box(x, y, [0.68, 0.56, 0.81, 0.86]), 0.15 + 0.07 * box(x, y, [0.7, 0.58, 0.79, 0.7]));
  const isPicket = (x % 0.055) / 0.055 < 0.5 && y > 0.68 + 0.02 * Math.abs(((x % 0.055) / 0.055) * 4 - 1);
  light = over(light, Number(x > 0.95 && isPicket && y < 0.92), 0.88);
  return over(light, Number(x > 0.95) * (within(y, 0.73, 0.75) + within(y, 0.84, 0.86)), 0.82);
}

/** A shaded face before a wall that darkens to one side. */
function face(x: number, y: number): number {
  let light = 0.25 + 0.35 * x;
  light = over(light, ellipse(x, y, [0.67, 1.1, 0.5, 0.36]), 0.2);
  light = over(light, ellipse(x, y, [0.67, 0.42, 0.32, 0.36]), 0.12);
  light = over(light, ellipse(x, y, [0.67, 0.48, 0.25, 0.34]), 0.88 - 0.55 * Math.hypot(x - 0.6, y - 0.4));
  for (const side of [-1, 1]) {
    light = over(light, ellipse(x, y, [0.67 + side * 0.1, 0.42, 0.05, 0.026]), 0.96);
    light = over(light, disc(x, y, [0.67 + side * 0.1, 0.42, 0.023]), 0.1);
    light = over(light, ellipse(x, y, [0.67 + side * 0.1, 0.36, 0.06, 0.012]), 0.18);
  }
  light = over(light, ellipse(x, y, [0.68, 0.55, 0.025, 0.06]) * 0.35, 0.3);
  return over(light, ellipse(x, y, [0.67, 0.67, 0.09, 0.022]), 0.28);
}

/** Upright posts on the left, level boards on the right, both the same width. */
function fence(x: number, y: number): number {
  const along = x < 2 / 3 ? x : y;
  const rounded = Math.abs(Math.sin((along / 0.09) * Math.PI));
  return (along / 0.09) % 2 < 1 ? 0.25 + 0.5 * rounded : 0.12;
}

/** Rings of waves, finer outwards, so that every direction and size occurs. */
const waves: Scene = (x, y) => 0.5 + 0.45 * Math.cos(90 * ((x - 0.67) ** 2 + (y - 0.5) ** 2));

const DRAWN: Readonly<Record<Exclude<SceneName, "noise">, Scene>> = { street, face, fence, waves };

/** The picture `name`, 192 × 144; `seed` counts for the noise only, in which every pixel is by chance. */
export async function drawScene(name: SceneName, seed: number): Promise<Picture> {
  const size = { width: WIDTH, height: HEIGHT };
  if (name === "noise") {
    const values = await new Generator(seed).uniform([HEIGHT, WIDTH], 0, 255).data();
    return { ...size, values: Float32Array.from(values) };
  }
  const scene = DRAWN[name];
  const values = Float32Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
    const [x, y] = [((i % WIDTH) + 0.5) / HEIGHT, (Math.floor(i / WIDTH) + 0.5) / HEIGHT];
    return 255 * Math.min(1, Math.max(0, scene(x, y)));
  });
  return { ...size, values };
}
