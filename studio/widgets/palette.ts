// Colours for numbers: signed values from warm (negative) over the surface (zero) to blue (positive), magnitudes in
// viridis, ink in grey. Read from the page's tokens, so that canvases follow the theme; only photographs (`light`) do not.
export type Rgb = readonly [number, number, number];

/** "#0b6bb5", or "#fff" as a minifier shortens it. */
export function parseHex(text: string): Rgb {
  const digits = text.trim().slice(1);
  const full = digits.length === 3 ? digits.replace(/./g, "$&$&") : digits;
  const value = Number.parseInt(full, 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** The colour of a token such as "--positive" now. */
export const token = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const mix = (a: Rgb, b: Rgb, share: number): Rgb => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
];

// Eleven stops of viridis (van der Walt & Smith 2015), mixed linearly between.
const VIRIDIS: readonly Rgb[] = [
  [68, 1, 84],
  [72, 36, 117],
  [65, 68, 135],
  [53, 95, 141],
  [42, 120, 142],
  [33, 145, 140],
  [34, 168, 132],
  [68, 191, 112],
  [122, 209, 81],
  [189, 223, 38],
  [253, 231, 37],
];

/** A colour of viridis for a share in 0 … 1. */
export function viridis(share: number): Rgb {
  const place = Math.min(1, Math.max(0, share)) * (VIRIDIS.length - 1);
  const stop = Math.min(VIRIDIS.length - 2, Math.floor(place));
  return mix(VIRIDIS[stop]!, VIRIDIS[stop + 1]!, place - stop);
}

const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];

/** How numbers become colours: `signed` around zero, the others from `min` to `max`; `light` is black to white. */
export type Scale = "signed" | "magnitude" | "ink" | "light";

/** The colours of a scale between these bounds; NaN gets the colour of an error. */
export function colouring(scale: Scale, min: number, max: number): (value: number) => Rgb {
  const bad = parseHex(token("--bad"));
  if (scale === "signed") {
    const [negative, zero, positive] = ["--negative", "--raised", "--positive"].map((name) =>
      parseHex(token(name)),
    );
    const bound = Math.max(Math.abs(min), Math.abs(max)) || 1;
    return (value) =>
      Number.isNaN(value)
        ? bad
        : mix(zero!, value < 0 ? negative! : positive!, Math.min(1, Math.abs(value) / bound));
  }
  const span = max - min || 1;
  if (scale === "magnitude") return (value) => (Number.isNaN(value) ? bad : viridis((value - min) / span));
  const [paper, ink] =
    scale === "light" ? [BLACK, WHITE] : [parseHex(token("--raised")), parseHex(token("--ink"))];
  return (value) =>
    Number.isNaN(value) ? bad : mix(paper, ink, Math.min(1, Math.max(0, (value - min) / span)));
}

/** Colours told apart between the bounds of a scale. */
const LEVELS = 1024;

/** `colouring` from a table, for pictures of many numbers. */
export function tabledColouring(scale: Scale, min: number, max: number): (value: number) => Rgb {
  const colour = colouring(scale, min, max);
  const [bad, span] = [colour(Number.NaN), max - min || 1];
  const table = Array.from({ length: LEVELS }, (_, level) => colour(min + (span * level) / (LEVELS - 1)));
  return (value) => {
    const level = Math.round(((value - min) / span) * (LEVELS - 1));
    return table[Math.min(LEVELS - 1, Math.max(0, level))] ?? bad;
  };
}
